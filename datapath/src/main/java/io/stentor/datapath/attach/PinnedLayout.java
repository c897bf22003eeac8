package io.stentor.datapath.attach;

import io.stentor.bpf.described.Description;
import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.MapType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What the build of one layout has left on the bpf file system, readable for every other build: its maps, what they
/// mean, its programs, and whether these are in charge.
///
/// The description stands in a map of one entry, as a bpf file system has no files. Its hash is the directory's name,
/// so what has been damaged is told from what is whole.
///
/// @param number of the takeover that put its programs in charge
record PinnedLayout(PinTree tree, Description description, long number) {
    private static final int TEXT_AT_MOST = 1 << 20;
    private static final byte[] ONLY = BpfMap.index(0);

    /// Those that have been in charge, the latest first.
    static List<PinnedLayout> inCharge(Bpf bpf, Pins pins, PinTree own) {
        return pins.list(own.root()).stream()
                .filter(own::isLayout)
                .map(name -> read(bpf, new PinTree(own.root(), name)))
                .flatMap(Optional::stream)
                .filter(layout -> layout.number > 0)
                .sorted(Comparator.<PinnedLayout>comparingLong(layout -> layout.number)
                        .reversed())
                .toList();
    }

    private static Optional<PinnedLayout> read(Bpf bpf, PinTree tree) {
        return text(bpf, tree).flatMap(text -> {
            try {
                Description described = Description.parse(text);
                return described.fingerprint().equals(tree.fingerprint())
                        ? Optional.of(new PinnedLayout(tree, described, number(bpf, tree)))
                        : Optional.empty();
            } catch (IllegalArgumentException damaged) {
                return Optional.empty();
            }
        });
    }

    private static Optional<String> text(Bpf bpf, PinTree tree) {
        try (BpfMap map = bpf.openPinnedMap(tree.description()).orElse(null)) {
            return map == null
                            || map.spec().type() != MapType.ARRAY
                            || map.spec().valueSize() > TEXT_AT_MOST
                    ? Optional.empty()
                    : map.lookup(ONLY).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
        }
    }

    private static long number(Bpf bpf, PinTree tree) {
        try (BpfMap map = bpf.openPinnedMap(tree.takeover()).orElse(null)) {
            return map == null || map.spec().valueSize() != Long.BYTES
                    ? 0
                    : map.lookup(ONLY)
                            .map(bytes -> ByteBuffer.wrap(bytes)
                                    .order(ByteOrder.nativeOrder())
                                    .getLong())
                            .orElse(0L);
        }
    }

    /// From then on the programs of the map's layout are those in charge.
    static void setNumber(BpfMap takeover, long number) {
        takeover.update(
                ONLY,
                ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .putLong(number)
                        .array());
    }

    /// Pins the description, whole or not at all; one that is there stays.
    static void describe(Bpf bpf, Pins pins, PinTree tree, Description description) {
        byte[] text = description.text().getBytes(StandardCharsets.UTF_8);
        try (BpfMap there = bpf.openPinnedMap(tree.description()).orElse(null)) {
            if (there != null) {
                if (there.lookup(ONLY).filter(held -> Arrays.equals(held, text)).isPresent()) {
                    return;
                }
                pins.remove(tree.description());
            }
        }
        pins.makeDirectory(tree.directory());
        try (BpfMap made = bpf.createMap(MapSpec.of("layout", MapType.ARRAY, Integer.BYTES, text.length, 1))) {
            made.update(ONLY, text);
            made.pin(tree.description());
        }
    }

    /// A map of it, to be closed.
    Optional<BpfMap> map(Bpf bpf, String name) {
        return bpf.openPinnedMap(tree.maps().resolve(name));
    }

    /// A program that does what the layout's hooks do, of the last start that came as far as having loaded all; to be
    /// closed.
    Optional<BpfProgram> program(Bpf bpf, Pins pins, String name) {
        return pins.list(tree.generations()).stream()
                .filter(number -> number.matches(PinTree.NUMBER))
                .map(Integer::valueOf)
                .filter(number -> pins.list(tree.generation(number)).contains(PinTree.LOADED))
                .max(Comparator.naturalOrder())
                .flatMap(number -> bpf.openPinnedProgram(tree.programs(number).resolve(name)));
    }

    /// Says that there is nothing more to be had from its maps.
    void setDone(Pins pins) {
        pins.remove(tree.takeover());
    }
}
