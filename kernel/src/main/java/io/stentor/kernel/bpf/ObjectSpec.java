package io.stentor.kernel.bpf;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// How a compiled object is to be loaded.
///
/// @param name         for messages, and the prefix of the names of its data maps
/// @param elf          the object file
/// @param readOnlyData whole content of read-only sections by name (`.rodata`, `.rodata.config`), set before verifying
/// @param maps         what replaces or changes the maps that it declares
/// @param skipped      programs not to load
@SuppressWarnings("ArrayRecordComponent")
public record ObjectSpec(
        String name, byte[] elf, Map<String, byte[]> readOnlyData, MapChanges maps, Set<String> skipped) {

    /// @param reused     maps that exist, by the declared name that they stand in for
    /// @param maxEntries sizes other than declared
    public record MapChanges(Map<String, BpfMap> reused, Map<String, Integer> maxEntries) {
        public MapChanges {
            reused = Map.copyOf(reused);
            maxEntries = Map.copyOf(maxEntries);
        }
    }

    public ObjectSpec {
        readOnlyData = Map.copyOf(readOnlyData);
        skipped = Set.copyOf(skipped);
    }

    public static ObjectSpec of(String name, byte[] elf) {
        return new ObjectSpec(name, elf, Map.of(), new MapChanges(Map.of(), Map.of()), Set.of());
    }

    public ObjectSpec withReadOnlyData(String section, byte[] content) {
        return new ObjectSpec(name, elf, and(readOnlyData, section, content), maps, skipped);
    }

    public ObjectSpec reusing(String map, BpfMap existing) {
        var changes = new MapChanges(and(maps.reused, map, existing), maps.maxEntries);
        return new ObjectSpec(name, elf, readOnlyData, changes, skipped);
    }

    public ObjectSpec withMaxEntries(String map, int entries) {
        var changes = new MapChanges(maps.reused, and(maps.maxEntries, map, entries));
        return new ObjectSpec(name, elf, readOnlyData, changes, skipped);
    }

    public ObjectSpec skipping(String program) {
        Set<String> more = new HashSet<>(skipped);
        more.add(program);
        return new ObjectSpec(name, elf, readOnlyData, maps, more);
    }

    private static <V> Map<String, V> and(Map<String, V> map, String key, V value) {
        Map<String, V> more = new HashMap<>(map);
        more.put(key, value);
        return more;
    }
}
