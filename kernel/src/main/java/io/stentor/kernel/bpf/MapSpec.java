package io.stentor.kernel.bpf;

import java.util.Optional;

/// What a map is made from.
///
/// @param name  up to 15 letters, digits, `_` and `.`; the kernel shows it, nothing depends on it
/// @param flags `BPF_F_…` of `linux/bpf.h`, see the constants here
/// @param inner for maps of maps: what the inner ones look like; empty in specs that were read from the kernel
public record MapSpec(String name, MapType type, Sizes sizes, int flags, Optional<MapSpec> inner) {
    /// Entries are allocated when they are made; tries demand it.
    public static final int NO_PREALLOC = 1;
    /// An LRU list per CPU.
    public static final int NO_COMMON_LRU = 2;
    /// Programs may only read it.
    public static final int RDONLY_PROG = 1 << 7;

    public static final int MMAPABLE = 1 << 10;
    /// Inner arrays may differ in their number of entries.
    public static final int INNER_MAP = 1 << 12;

    /// @param key     bytes of a key, 0 for rings
    /// @param value   bytes of a value (of one CPU's), 0 for rings
    /// @param entries how many fit; for rings their bytes, a power of two of whole pages
    public record Sizes(int key, int value, int entries) {}

    public static MapSpec of(String name, MapType type, int keySize, int valueSize, int maxEntries) {
        int flags = type == MapType.LPM_TRIE ? NO_PREALLOC : 0;
        return new MapSpec(name, type, new Sizes(keySize, valueSize, maxEntries), flags, Optional.empty());
    }

    /// A map of maps; its values are the ids or descriptors of maps like `inner`.
    public static MapSpec ofMaps(String name, MapType type, int keySize, int maxEntries, MapSpec inner) {
        return new MapSpec(name, type, new Sizes(keySize, 4, maxEntries), 0, Optional.of(inner));
    }

    public MapSpec withFlags(int newFlags) {
        return new MapSpec(name, type, sizes, newFlags, inner);
    }

    public MapSpec withMaxEntries(int maxEntries) {
        return new MapSpec(name, type, new Sizes(sizes.key, sizes.value, maxEntries), flags, inner);
    }

    public int keySize() {
        return sizes.key;
    }

    public int valueSize() {
        return sizes.value;
    }

    public int maxEntries() {
        return sizes.entries;
    }

    /// Whether a map like `other` can serve where one like this is expected: all but the names agree.
    public boolean fits(MapSpec other) {
        return type == other.type && sizes.equals(other.sizes) && flags == other.flags;
    }

    @Override
    public String toString() {
        return "%s %s key %d value %d entries %d flags 0x%x"
                .formatted(name, type, sizes.key, sizes.value, sizes.entries, flags);
    }
}
