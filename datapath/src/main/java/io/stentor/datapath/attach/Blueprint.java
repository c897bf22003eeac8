package io.stentor.datapath.attach;

import io.stentor.bpf.MapSpec;
import io.stentor.bpf.btf.Elf;
import io.stentor.bpf.described.Description;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a generation is made from. All of it is data: the compiled objects, and what was generated from their headers.
///
/// @param layout       of all maps that outlive a generation, with their sizes
/// @param maps         every map of the objects
/// @param objects      in the order that they are loaded in
/// @param readOnlyData content of read-only sections by name, for the objects that have it: `.rodata.config`
/// @param tailCalls    for each prog array that the objects do not fill themselves: programs by index
public record Blueprint(
        Description layout,
        List<MapSpec<?, ?>> maps,
        List<ObjectFile> objects,
        Map<String, byte[]> readOnlyData,
        Map<String, Map<Integer, String>> tailCalls) {

    public Blueprint {
        maps = List.copyOf(maps);
        objects = List.copyOf(objects);
        readOnlyData = Map.copyOf(readOnlyData);
        tailCalls = Map.copyOf(tailCalls);
    }

    /// A compiled object.
    ///
    /// @param name     of the C file without `.bpf.c`
    /// @param declares names of its maps and of its sections
    @SuppressWarnings("ArrayRecordComponent")
    public record ObjectFile(String name, byte[] elf, Set<String> declares) {

        public ObjectFile {
            declares = Set.copyOf(declares);
        }

        /// @throws IllegalArgumentException if this is no object file
        public static ObjectFile of(String name, byte[] elf) {
            Elf parsed = Elf.parse(elf);
            Set<String> declares = new HashSet<>();
            parsed.sections().forEach(section -> declares.add(section.name()));
            parsed.section(".maps")
                    .ifPresent(maps -> parsed.symbols().stream()
                            .filter(symbol -> symbol.section() == maps.index())
                            .forEach(symbol -> declares.add(symbol.name())));
            return new ObjectFile(name, elf, declares);
        }
    }
}
