package io.stentor.datapath.attach;

import io.stentor.bpf.MapSpec;
import io.stentor.bpf.btf.Elf;
import io.stentor.bpf.described.Description;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

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

    private static final int SUM_BYTES = 16;

    public Blueprint {
        maps = List.copyOf(maps);
        objects = List.copyOf(objects);
        readOnlyData = Map.copyOf(readOnlyData);
        tailCalls = Map.copyOf(tailCalls);
    }

    /// Sums up all that the programs are made from: equal sums, equal programs.
    String sum() {
        MessageDigest digest = sha256();
        feed(digest, layout.fingerprint().getBytes(StandardCharsets.UTF_8));
        for (ObjectFile object : objects) {
            feed(digest, object.name.getBytes(StandardCharsets.UTF_8));
            feed(digest, object.elf);
        }
        new TreeMap<>(readOnlyData).forEach((section, content) -> {
            feed(digest, section.getBytes(StandardCharsets.UTF_8));
            feed(digest, content);
        });
        new TreeMap<>(tailCalls)
                .forEach((array, calls) ->
                        feed(digest, (array + new TreeMap<>(calls)).getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(digest.digest(), 0, SUM_BYTES);
    }

    /// Lengths keep what follows from being read as what was before.
    private static void feed(MessageDigest digest, byte[] bytes) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
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
