package io.stentor.model;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// A node of a [PersistentMap]: some entries and some nodes below. Never changed once it is made.
///
/// `shift` is how many bits of the hash the nodes above have taken. A node at a shift of 32 or more is a [Collision],
/// all others are [Branch]es.
abstract sealed class TrieNode<K, V> permits Branch, Collision {
    /// Bits of the hash that one level takes.
    static final int BITS = 5;

    abstract @Nullable V get(K key, int hash, int shift);

    abstract TrieNode<K, V> plus(K key, V value, int hash, int shift);

    /// @param key one that is there
    abstract TrieNode<K, V> minus(K key, int hash, int shift);

    abstract int entries();

    abstract K key(int entry);

    abstract V value(int entry);

    abstract int nodes();

    abstract TrieNode<K, V> node(int node);

    /// Whether the same entries are below both.
    abstract boolean same(TrieNode<?, ?> other);

    final boolean isSingleEntry() {
        return entries() == 1 && nodes() == 0;
    }

    final void forEach(BiConsumer<? super K, ? super V> action) {
        for (int i = 0; i < entries(); i++) {
            action.accept(key(i), value(i));
        }
        for (int i = 0; i < nodes(); i++) {
            node(i).forEach(action);
        }
    }
}
