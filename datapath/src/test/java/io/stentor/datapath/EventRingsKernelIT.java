package io.stentor.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.Event;
import io.stentor.bpf.generated.EventBucket;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.attach.ProcessorMaps;
import io.stentor.kernel.Linux;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.RingBuffer;
import io.stentor.model.Family;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The rings that drops are reported through, written on processors that the test chooses.
class EventRingsKernelIT {
    /// An event and the ring's own header.
    private static final int RECORD = Event.SIZE + 8;

    private Linux kernel;
    private TestNode node;
    private LoadedPrograms programs;

    @BeforeEach
    void load() throws IOException {
        kernel = Linux.open();
        node = new TestNode(kernel);
        programs = new LoadedPrograms(kernel.bpf(), node.world().config(Map.of()), Map.of());
        programs.reset(node.world().images(Optional.of(Family.IPV4)));
    }

    @AfterEach
    void close() throws IOException {
        programs.close();
        node.close();
        kernel.close();
    }

    private void drop(int processor, int port, int times) throws InterruptedException {
        byte[] spoofed = new PacketBuilder(node.world()).build("eth(web, gateway)/ipv4(db, far)/udp(" + port + ", 53)");
        Processors.on(processor, () -> node.repeat(programs.program("from_pod"), "web", spoofed, times));
    }

    /// Bytes that wait, by the index of the ring.
    private List<Long> waiting() {
        List<Long> waiting = new ArrayList<>();
        for (BpfMap map : ProcessorMaps.open(kernel.bpf(), programs.map(Maps.EVENTS.name()))) {
            try (RingBuffer ring = kernel.bpf().ringBuffer(map)) {
                waiting.add(ring.waiting());
            }
            map.close();
        }
        return waiting;
    }

    private List<EventBucket> buckets() {
        BpfMap buckets = programs.map(Maps.EVENT_BUCKETS.name());
        return buckets.splitPerCpu(buckets.lookup(BpfMap.index(0)).orElseThrow()).stream()
                .map(EventBucket.CODEC::decode)
                .toList();
    }

    @Test
    void events_of_every_processor_stand_in_its_ring_and_come_out_in_order_of_time() throws Exception {
        List<Integer> processors = Processors.allowed();
        Map<Integer, Long> expected = new HashMap<>();
        List<Integer> ports = new ArrayList<>();
        int rings = waiting().size();
        for (int round = 0; round < 5; round++) {
            for (int processor : processors) {
                ports.add(1000 + ports.size());
                drop(processor, ports.getLast(), 1);
                expected.merge(processor % rings, (long) RECORD, Long::sum);
            }
        }

        List<Long> waiting = waiting();
        assertThat(rings).isEqualTo(Math.min(16, kernel.bpf().possibleCpus()));
        for (int ring = 0; ring < rings; ring++) {
            assertThat(waiting.get(ring)).as("ring %d", ring).isEqualTo(expected.getOrDefault(ring, 0L));
        }
        List<Event> events = programs.events();
        assertThat(events).extracting(Event::sourcePort).isEqualTo(ports);
        assertThat(events).extracting(Event::time).isSorted();
        assertThat(waiting()).containsOnly(0L);
    }

    @Test
    void a_full_ring_counts_what_it_loses_and_the_others_lose_nothing() throws Exception {
        List<Integer> processors = Processors.allowed();
        int busy = processors.getFirst();
        int quiet = processors.getLast();
        int room = Maps.EVENTS.shape().inner().orElseThrow().shape().maxEntries() / RECORD;

        drop(busy, 1000, room + 1000);
        drop(quiet, 2000, 1);

        long lostToo = quiet == busy ? 1 : 0;
        List<EventBucket> buckets = buckets();
        for (int processor = 0; processor < buckets.size(); processor++) {
            assertThat(buckets.get(processor).lost())
                    .as("lost on processor %d", processor)
                    .isEqualTo(processor == busy ? 1000 + lostToo : 0);
            assertThat(buckets.get(processor).suppressed()).isZero();
        }
        List<Event> events = programs.events();
        assertThat(events).hasSize(room + 1 - (int) lostToo);
        assertThat(events).extracting(Event::time).isSorted();

        drop(busy, 3000, 1);
        assertThat(programs.events()).extracting(Event::sourcePort).containsExactly(3000);
    }

    @Test
    void rings_that_go_round_give_every_event_once() throws Exception {
        List<Integer> processors = Processors.allowed();
        int given = 0;
        for (int round = 0; round < 12; round++) {
            for (int processor : processors) {
                drop(processor, 1000 + round, 1000);
            }
            List<Event> events = programs.events();
            assertThat(events).extracting(Event::sourcePort).containsOnly(1000 + round);
            assertThat(events).extracting(Event::time).isSorted();
            given += events.size();
        }
        assertThat(given).isEqualTo(12 * 1000 * processors.size());
        assertThat(buckets()).allMatch(bucket -> bucket.lost() == 0);
    }
}
