package io.stentor.model;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;

/// Visits the entries of a trie, those of a node before those below it.
final class TrieIterator<K, V> implements Iterator<Map.Entry<K, V>> {
    private final Deque<TrieNode<K, V>> waiting = new ArrayDeque<>();
    private TrieNode<K, V> node;
    private int entry;

    TrieIterator(TrieNode<K, V> root) {
        this.node = root;
        queueNodes();
    }

    private void queueNodes() {
        for (int i = 0; i < node.nodes(); i++) {
            waiting.push(node.node(i));
        }
    }

    @Override
    public boolean hasNext() {
        while (entry == node.entries() && !waiting.isEmpty()) {
            node = waiting.pop();
            entry = 0;
            queueNodes();
        }
        return entry < node.entries();
    }

    @Override
    public Map.Entry<K, V> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Map.Entry<K, V> next = Map.entry(node.key(entry), node.value(entry));
        entry++;
        return next;
    }
}
