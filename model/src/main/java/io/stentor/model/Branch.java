package io.stentor.model;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A node that tells keys apart by five bits of their hashes: at each of 32 places nothing, an entry or a node.
final class Branch<K, V> extends TrieNode<K, V> {
    private static final Branch<?, ?> EMPTY = new Branch<>(0, 0, new Object[0]);

    /// The places that have an entry, and those that have a node.
    final int entryMap;

    final int nodeMap;

    /// Keys and values in turn, in the order of their places, then nodes in the order of theirs.
    private final Object[] content;

    private Branch(int entryMap, int nodeMap, Object[] content) {
        this.entryMap = entryMap;
        this.nodeMap = nodeMap;
        this.content = content;
    }

    @SuppressWarnings("unchecked")
    static <K, V> Branch<K, V> empty() {
        return (Branch<K, V>) EMPTY;
    }

    /// The smallest tree of two entries with different keys.
    static <K, V> TrieNode<K, V> pair(K key, V value, K other, V otherValue, int shift) {
        if (shift >= Integer.SIZE) {
            return new Collision<>(new Object[] {key, value, other, otherValue});
        }
        int place = place(key.hashCode(), shift);
        int otherPlace = place(other.hashCode(), shift);
        if (place == otherPlace) {
            return new Branch<>(0, place, new Object[] {pair(key, value, other, otherValue, shift + BITS)});
        }
        Object[] content = Integer.compareUnsigned(place, otherPlace) < 0
                ? new Object[] {key, value, other, otherValue}
                : new Object[] {other, otherValue, key, value};
        return new Branch<>(place | otherPlace, 0, content);
    }

    /// One bit: which of the 32 places a hash has at this level.
    private static int place(int hash, int shift) {
        return 1 << (hash >>> shift);
    }

    /// How many places of a bitmap lie before one.
    static int index(int map, int place) {
        return Integer.bitCount(map & (place - 1));
    }

    @Override
    int entries() {
        return Integer.bitCount(entryMap);
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
        return Integer.bitCount(nodeMap);
    }

    @Override
    @SuppressWarnings("unchecked")
    TrieNode<K, V> node(int node) {
        return (TrieNode<K, V>) content[2 * entries() + node];
    }

    @Override
    @Nullable
    V get(K key, int hash, int shift) {
        int place = place(hash, shift);
        if ((nodeMap & place) != 0) {
            return node(index(nodeMap, place)).get(key, hash, shift + BITS);
        }
        if ((entryMap & place) == 0) {
            return null;
        }
        int entry = index(entryMap, place);
        return key(entry).equals(key) ? value(entry) : null;
    }

    @Override
    Branch<K, V> plus(K key, V value, int hash, int shift) {
        int place = place(hash, shift);
        int entry = index(entryMap, place);
        int node = index(nodeMap, place);
        if ((nodeMap & place) != 0) {
            return withNode(node, node(node).plus(key, value, hash, shift + BITS));
        }
        if ((entryMap & place) == 0) {
            return new Branch<>(entryMap | place, nodeMap, spliced(2 * entry, 0, key, value));
        }
        if (key(entry).equals(key)) {
            return new Branch<>(entryMap, nodeMap, spliced(2 * entry, 2, key, value));
        }
        TrieNode<K, V> both = pair(key(entry), value(entry), key, value, shift + BITS);
        Branch<K, V> rest = withoutEntry(entry, place);
        Object[] next = rest.spliced(2 * rest.entries() + node, 0, both);
        return new Branch<>(rest.entryMap, nodeMap | place, next);
    }

    @Override
    Branch<K, V> minus(K key, int hash, int shift) {
        int place = place(hash, shift);
        int entry = index(entryMap, place);
        if ((entryMap & place) != 0) {
            return withoutEntry(entry, place);
        }
        int node = index(nodeMap, place);
        TrieNode<K, V> below = node(node).minus(key, hash, shift + BITS);
        if (!below.isSingleEntry()) {
            return withNode(node, below);
        }
        Branch<K, V> rest = new Branch<>(entryMap, nodeMap & ~place, spliced(2 * entries() + node, 1));
        return new Branch<>(entryMap | place, rest.nodeMap, rest.spliced(2 * entry, 0, below.key(0), below.value(0)));
    }

    private Branch<K, V> withNode(int node, TrieNode<K, V> below) {
        return new Branch<>(entryMap, nodeMap, spliced(2 * entries() + node, 1, below));
    }

    private Branch<K, V> withoutEntry(int entry, int place) {
        return new Branch<>(entryMap & ~place, nodeMap, spliced(2 * entry, 2));
    }

    /// The content with `removed` elements from `at` on replaced by others.
    private Object[] spliced(int at, int removed, Object... inserted) {
        return splice(content, at, removed, inserted);
    }

    static Object[] splice(Object[] from, int at, int removed, Object... inserted) {
        Object[] to = Arrays.copyOf(from, from.length - removed + inserted.length);
        System.arraycopy(inserted, 0, to, at, inserted.length);
        int rest = at + removed;
        System.arraycopy(from, rest, to, at + inserted.length, from.length - rest);
        return to;
    }

    @Override
    boolean same(TrieNode<?, ?> other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof Branch<?, ?> that) || entryMap != that.entryMap || nodeMap != that.nodeMap) {
            return false;
        }
        for (int i = 0; i < entries(); i++) {
            if (!key(i).equals(that.key(i)) || !value(i).equals(that.value(i))) {
                return false;
            }
        }
        for (int i = 0; i < nodes(); i++) {
            if (!node(i).same(that.node(i))) {
                return false;
            }
        }
        return true;
    }
}
