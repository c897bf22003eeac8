package io.stentor.model;

import java.util.Iterator;
import java.util.Map;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// An immutable map whose versions share what is the same in them.
///
/// A compressed hash-array mapped prefix-tree (CHAMP: Steindorfer and Vinju, "Optimizing Hash-Array Mapped Tries for
/// Fast and Lean Immutable JVM Collections", OOPSLA 2015). Each level of the trie takes five bits of the key's hash;
/// a node keeps entries and sub-nodes in one array, told apart by two bitmaps, and keys whose whole hashes are equal
/// end in a [Collision]. Removal folds a node with a single entry back into its parent, so that the shape follows from
/// the content alone: except for the order inside a collision, equal maps are equal trees.
///
/// [#plus] and [#minus] copy the path to one entry, at most seven small arrays. Two versions therefore have all other
/// nodes in common, by reference, and [#diff] does not enter those: its cost is proportional to the change, not to the
/// size. Two maps of different ancestry are compared entry by entry.
///
/// Keys and values are immutable and not null. Iteration is in no useful order.
public final class PersistentMap<K, V> implements Iterable<Map.Entry<K, V>> {
    private static final PersistentMap<?, ?> EMPTY = new PersistentMap<>(Branch.empty(), 0);

    private final Branch<K, V> root;
    private final int size;

    private PersistentMap(Branch<K, V> root, int size) {
        this.root = root;
        this.size = size;
    }

    /// What differs between two maps, in no useful order.
    public interface Diff<K, V> {
        void added(K key, V value);

        void removed(K key, V value);

        /// Another value for a key. Who does not care that it is the same key is told of a removal and an addition.
        default void changed(K key, V before, V after) {
            removed(key, before);
            added(key, after);
        }
    }

    // The empty map holds nothing of any type.
    @SuppressWarnings("unchecked")
    public static <K, V> PersistentMap<K, V> empty() {
        return (PersistentMap<K, V>) EMPTY;
    }

    public static <K, V> PersistentMap<K, V> of(Map<K, V> entries) {
        PersistentMap<K, V> map = empty();
        for (Map.Entry<K, V> entry : entries.entrySet()) {
            map = map.plus(entry.getKey(), entry.getValue());
        }
        return map;
    }

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /// The value of a key, or null when there is none.
    public @Nullable V get(K key) {
        return root.get(key, key.hashCode(), 0);
    }

    public boolean containsKey(K key) {
        return get(key) != null;
    }

    /// This map with an entry added or replaced; `this` when it has an equal one.
    public PersistentMap<K, V> plus(K key, V value) {
        V before = get(key);
        if (before != null && before.equals(value)) {
            return this;
        }
        Branch<K, V> next = root.plus(key, value, key.hashCode(), 0);
        return new PersistentMap<>(next, before == null ? size + 1 : size);
    }

    /// This map without an entry; `this` when there is none.
    public PersistentMap<K, V> minus(K key) {
        if (!containsKey(key)) {
            return this;
        }
        return size == 1 ? empty() : new PersistentMap<>(root.minus(key, key.hashCode(), 0), size - 1);
    }

    /// Tells what has to be done to this map to make `newer` of it.
    public void diff(PersistentMap<K, V> newer, Diff<? super K, ? super V> visitor) {
        new TrieDiff<K, V>(visitor).between(root, newer.root);
    }

    /// Calls `action` with every key and value.
    public void forEach(BiConsumer<? super K, ? super V> action) {
        root.forEach(action);
    }

    @Override
    public Iterator<Map.Entry<K, V>> iterator() {
        return new TrieIterator<>(root);
    }

    public Stream<K> keys() {
        return stream().map(Map.Entry::getKey);
    }

    public Stream<V> values() {
        return stream().map(Map.Entry::getValue);
    }

    public Stream<Map.Entry<K, V>> stream() {
        return StreamSupport.stream(spliterator(), false);
    }

    @Override
    public Spliterator<Map.Entry<K, V>> spliterator() {
        return Spliterators.spliterator(iterator(), size, Spliterator.IMMUTABLE | Spliterator.NONNULL);
    }

    /// Equal entries. As cheap as [#diff].
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof PersistentMap<?, ?> that && size == that.size && root.same(that.root));
    }

    @Override
    public int hashCode() {
        int hash = 0;
        for (Map.Entry<K, V> entry : this) {
            hash += entry.hashCode();
        }
        return hash;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        forEach((key, value) -> text.append(text.length() == 1 ? "" : ", ")
                .append(key)
                .append('=')
                .append(value));
        return text.append('}').toString();
    }
}
