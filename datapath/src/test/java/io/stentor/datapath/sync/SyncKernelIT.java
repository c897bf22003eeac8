package io.stentor.datapath.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.Codec;
import io.stentor.bpf.MapOwner;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.MapType;
import io.stentor.kernel.Linux;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.Problem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The sync against each kind of map that the kernel really has. Keys are two words, so that those of tries have a
/// prefix (of 32 bits, all of them) and those of arrays, one word, are cut.
class SyncKernelIT {
    private static final int ROOM = 64;

    private final Linux linux = Linux.open();

    @AfterEach
    void close() {
        linux.close();
    }

    private static Codec<Integer> key(MapType type) {
        return type == MapType.LPM_TRIE
                ? new Codec<>(
                        8,
                        (value, to, at) -> {
                            Codec.U32.encode(32, to, at);
                            Codec.U32.encode(value, to, at + 4);
                        },
                        (from, at) -> Codec.U32.decode(from, at + 4))
                : Codec.U32;
    }

    private static MapSpec<Integer, Integer> spec(MapType type) {
        int flags = type == MapType.LPM_TRIE ? io.stentor.kernel.bpf.MapSpec.NO_PREALLOC : 0;
        var shape = new MapSpec.Shape(ROOM, flags, MapOwner.AGENT, Optional.empty());
        return new MapSpec<>("numbers", type, key(type), Codec.U32, shape);
    }

    private BpfMap make(MapSpec<Integer, Integer> spec) {
        return linux.bpf()
                .createMap(io.stentor.kernel.bpf.MapSpec.of(
                        spec.name(),
                        io.stentor.kernel.bpf.MapType.of(spec.type().code()),
                        spec.key().size(),
                        spec.value().size(),
                        ROOM));
    }

    @ParameterizedTest
    @CsvSource({"HASH", "LPM_TRIE", "ARRAY"})
    void any_content_becomes_any_image_with_a_restart_between(MapType type) {
        MapSpec<Integer, Integer> spec = spec(type);
        Random random = new Random(4711);
        try (BpfMap map = make(spec)) {
            for (int round = 0; round < 50; round++) {
                DatapathSync sync = new DatapathSync(Map.of("numbers", map));
                for (int pass = 0; pass < 3; pass++) {
                    Map<Integer, Integer> image = new HashMap<>();
                    int size = random.nextInt(ROOM);
                    for (int i = 0; i < size; i++) {
                        image.put(random.nextInt(ROOM), 1 + random.nextInt(9));
                    }
                    var outcome = sync.sync(List.of(MapImage.of(spec, image)), true, List::of, 0);
                    assertThat(outcome.problems()).isEmpty();
                    assertThat(sync.differences()).isEmpty();
                    assertThat(content(spec, map)).isEqualTo(image);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"HASH", "LPM_TRIE"})
    void a_full_map_keeps_what_fits_says_what_does_not_and_can_be_changed_wholly(MapType type) {
        MapSpec<Integer, Integer> spec = spec(type);
        Map<Integer, Integer> large = new HashMap<>();
        Map<Integer, Integer> other = new HashMap<>();
        for (int i = 0; i < 100; i++) {
            large.put(i, 1);
        }
        for (int i = 0; i < ROOM; i++) {
            other.put(1000 + i, 2);
        }
        try (BpfMap map = make(spec)) {
            DatapathSync sync = new DatapathSync(Map.of("numbers", map));
            assertThat(sync.sync(List.of(MapImage.of(spec, large)), true, List::of, 0)
                            .problems())
                    .containsExactly(
                            new Problem("map numbers", "", "is full: 36 of 100 entries do not fit into its 64"));
            assertThat(content(spec, map)).hasSize(ROOM);
            assertThat(sync.sync(List.of(MapImage.of(spec, other)), true, List::of, 1)
                            .problems())
                    .isEmpty();
            assertThat(content(spec, map)).isEqualTo(other);
            other.replaceAll((key, value) -> 3);
            assertThat(sync.sync(List.of(MapImage.of(spec, other)), true, List::of, 2)
                            .problems())
                    .isEmpty();
            assertThat(content(spec, map)).isEqualTo(other);
        }
    }

    private static Map<Integer, Integer> content(MapSpec<Integer, Integer> spec, BpfMap map) {
        Map<Integer, Integer> content = new HashMap<>();
        for (BpfMap.Entry entry : map.dump()) {
            content.put(spec.key().decode(entry.key()), spec.value().decode(entry.value()));
        }
        if (spec.type() == MapType.ARRAY) {
            content.values().removeIf(value -> value == 0);
        }
        return content;
    }
}
