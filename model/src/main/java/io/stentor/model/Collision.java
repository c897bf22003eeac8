package io.stentor.model;

import org.jspecify.annotations.Nullable;

/// Entries whose keys have the same hash: a list, searched from its start.
final class Collision<K, V> extends TrieNode<K, V> {
    /// Keys and values in turn.
    private final Object[] content;

    Collision(Object[] content) {
        this.content = content;
    }

    @Override
    int entries() {
        return content.length / 2;
    }

    @Override
    @SuppressWarnings("unchecked")
    K key(int entry) {
        return (K) content[2 * entry];
    }

    @Override
    @SuppressWarnings("unchecked")
    V value(int entry) {
        return (V) content[2 * entry + 1];
    }

    @Override
    int nodes() {
        return 0;
    }

    @Override
    TrieNode<K, V> node(int node) {
        throw new IndexOutOfBoundsException(node);
    }

    private int find(Object key) {
        for (int i = 0; i < entries(); i++) {
            if (content[2 * i].equals(key)) {
                return i;
            }
        }
        return -1;
    }

    @Nullable
    V get(K key) {
        int entry = find(key);
        return entry < 0 ? null : value(entry);
    }

    @Override
    @Nullable
    V get(K key, int hash, int shift) {
        return get(key);
    }

    @Override
    TrieNode<K, V> plus(K key, V value, int hash, int shift) {
        int entry = find(key);
        return new Collision<>(
                entry < 0
                        ? Branch.splice(content, content.length, 0, key, value)
                        : Branch.splice(content, 2 * entry, 2, key, value));
    }

    @Override
    TrieNode<K, V> minus(K key, int hash, int shift) {
        return new Collision<>(Branch.splice(content, 2 * find(key), 2));
    }

    @Override
    boolean same(TrieNode<?, ?> other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof Collision<?, ?> that) || entries() != that.entries()) {
            return false;
        }
        for (int i = 0; i < entries(); i++) {
            int entry = that.find(key(i));
            if (entry < 0 || !value(i).equals(that.value(entry))) {
                return false;
            }
        }
        return true;
    }
}
