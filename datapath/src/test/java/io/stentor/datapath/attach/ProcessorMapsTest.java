package io.stentor.datapath.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.bpf.generated.Maps;
import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.fake.FakeBpf;
import io.stentor.kernel.fake.FakeKernel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessorMapsTest {
    private static final Path ROOT = Path.of("/sys/fs/bpf");
    private static final Path PIN = ROOT.resolve("events");
    private static final int SLOTS = Maps.EVENTS.shape().maxEntries();

    private final FakeKernel kernel = new FakeKernel();
    private final FakeBpf bpf = kernel.bpf();

    ProcessorMapsTest() {
        kernel.mounts().ensureBpffs(ROOT);
    }

    private BpfMap array() {
        return bpf.openOrCreate(PIN, Generation.kernelSpec(Maps.EVENTS));
    }

    /// The number of the map that each slot holds.
    private static List<Integer> slots(BpfMap array) {
        return IntStream.range(0, SLOTS)
                .mapToObj(slot -> array.lookup(BpfMap.index(slot)).orElseThrow())
                .map(id -> ByteBuffer.wrap(id).order(ByteOrder.nativeOrder()).getInt())
                .toList();
    }

    private List<Integer> opened(BpfMap array) {
        List<Integer> ids = new ArrayList<>();
        for (BpfMap map : ProcessorMaps.open(bpf, array)) {
            assertThat(map.spec().maxEntries())
                    .isEqualTo(Maps.EVENTS.shape().inner().orElseThrow().shape().maxEntries());
            ids.add(map.id());
            map.close();
        }
        return ids;
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 3", "16, 16", "17, 16", "256, 16"})
    void every_slot_has_a_map_and_processors_share_as_few_as_they_can(int processors, int maps) {
        bpf.withCpus(processors);
        try (BpfMap array = array()) {
            ProcessorMaps.fill(bpf, array, Maps.EVENTS);

            List<Integer> slots = slots(array);
            assertThat(new HashSet<>(slots)).hasSize(maps);
            assertThat(opened(array)).isEqualTo(slots.subList(0, maps));
            for (int slot = 0; slot < SLOTS; slot++) {
                assertThat(slots.get(slot)).isEqualTo(slots.get(slot % maps));
            }
        }
        assertThat(bpf.openDescriptors()).isZero();
    }

    @Test
    void another_agent_finds_the_maps_and_what_was_written_meanwhile() {
        List<Integer> before;
        try (BpfMap array = array()) {
            ProcessorMaps.fill(bpf, array, Maps.EVENTS);
            before = slots(array);
        }
        assertThat(bpf.openDescriptors()).isZero();
        BpfMap meanwhile = bpf.openMap(before.get(1)).orElseThrow();
        bpf.ring(meanwhile).put(new byte[] {1});
        meanwhile.close();

        try (BpfMap array = array()) {
            ProcessorMaps.fill(bpf, array, Maps.EVENTS);

            assertThat(slots(array)).isEqualTo(before);
            List<BpfMap> maps = ProcessorMaps.open(bpf, array);
            assertThat(maps).extracting(map -> bpf.ring(map).waiting()).containsExactly(0L, 16L);
            maps.forEach(BpfMap::close);
        }
    }

    @Test
    void an_agent_that_ended_between_two_slots_is_followed_by_one_that_fills_the_others() {
        bpf.withCpus(3);
        try (BpfMap array = array()) {
            bpf.failNext("events", Errno.EPERM);
            assertThatThrownBy(() -> ProcessorMaps.fill(bpf, array, Maps.EVENTS))
                    .isInstanceOf(KernelException.class);
            assertThat(bpf.openDescriptors()).isEqualTo(1);
            try (BpfMap first = bpf.createMap(
                    Generation.kernelSpec(Maps.EVENTS.shape().inner().orElseThrow()))) {
                array.put(BpfMap.index(0), first);
            }
            int kept = opened(array).getFirst();

            ProcessorMaps.fill(bpf, array, Maps.EVENTS);

            assertThat(slots(array).getFirst()).isEqualTo(kept);
            assertThat(opened(array)).hasSize(3);
        }
    }

    @Test
    void the_maps_end_with_the_array() {
        BpfMap array = array();
        ProcessorMaps.fill(bpf, array, Maps.EVENTS);
        int map = slots(array).getFirst();
        array.close();
        assertThat(bpf.openMap(map)).isPresent().get().satisfies(BpfMap::close);

        bpf.unpin(PIN);

        assertThat(bpf.openMap(map)).isEmpty();
    }
}
