package io.stentor.bpf;

import java.util.Optional;

/// A map as the C headers declare it.
///
/// @param name  at most 15 bytes; also the name of its pin
/// @param key   its size is what the kernel wants; [Codec#NOTHING] where there is none
/// @param value for per-CPU maps of one processor's value; for maps of maps and programs, a file descriptor in and
///              an identifier out
public record MapSpec<K, V>(String name, MapType type, Codec<K> key, Codec<V> value, Shape shape) {
    /// @param maxEntries as declared; the agent may set another before loading. Bytes for a ring buffer
    /// @param flags      `BPF_F_…`
    /// @param inner      of the maps that a map of maps holds
    public record Shape(int maxEntries, int flags, MapOwner owner, Optional<MapSpec<?, ?>> inner) {}

    /// The same with room for another number of entries.
    public MapSpec<K, V> withMaxEntries(int entries) {
        return new MapSpec<>(name, type, key, value, new Shape(entries, shape.flags, shape.owner, shape.inner));
    }

    @Override
    public String toString() {
        return name;
    }
}
