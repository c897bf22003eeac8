package io.stentor.datapath.sync;

import io.stentor.bpf.MapOwner;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.MapType;
import io.stentor.model.PersistentMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All that one map shall hold. Immutable; versions share what is the same, so that a small change costs little.
///
/// A compiler answers a list of images, one for every map of the agent, **referents before referrers**: entries are
/// written in the order of the list and deleted in the reverse order, so that no entry ever points at nothing.
///
/// @param map     one that the agent owns; what the programs write themselves is never reconciled
/// @param entries keys and values as programs see them. Keys of tries have no bits past their prefix: the kernel
///     takes two keys for the same that differ there only. In an array a missing key means zeros
public record MapImage<K, V>(MapSpec<K, V> map, PersistentMap<ByteString, ByteString> entries) {
    private static final List<MapType> RECONCILED =
            List.of(MapType.HASH, MapType.LPM_TRIE, MapType.ARRAY, MapType.DEVMAP_HASH);

    /// @throws IllegalArgumentException if the map is none that can be reconciled
    public MapImage {
        if (map.shape().owner() != MapOwner.AGENT || !RECONCILED.contains(map.type())) {
            throw new IllegalArgumentException("map " + map + " (" + map.type() + ", owner "
                    + map.shape().owner() + ") is not reconciled: maps of the agent are, of the types " + RECONCILED);
        }
    }

    public static <K, V> MapImage<K, V> empty(MapSpec<K, V> map) {
        return new MapImage<>(map, PersistentMap.empty());
    }

    public static <K, V> MapImage<K, V> of(MapSpec<K, V> map, Map<K, V> entries) {
        MapImage<K, V> image = empty(map);
        for (Map.Entry<K, V> entry : entries.entrySet()) {
            image = image.plus(entry.getKey(), entry.getValue());
        }
        return image;
    }

    /// This image with an entry added or replaced; equal to this one when it has it already.
    public MapImage<K, V> plus(K key, V value) {
        return new MapImage<>(
                map, entries.plus(key(key), ByteString.wrap(map.value().encode(value))));
    }

    public MapImage<K, V> minus(K key) {
        return new MapImage<>(map, entries.minus(key(key)));
    }

    public Optional<V> get(K key) {
        @Nullable ByteString value = entries.get(key(key));
        return Optional.ofNullable(value).map(v -> map.value().decode(v.bytes()));
    }

    public int size() {
        return entries.size();
    }

    private ByteString key(K key) {
        return ByteString.wrap(map.key().encode(key));
    }
}
