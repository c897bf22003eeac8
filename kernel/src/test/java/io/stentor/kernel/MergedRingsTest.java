package io.stentor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.bpf.MergedRings;
import io.stentor.kernel.bpf.RingBuffer;
import io.stentor.kernel.fake.FakeBpf;
import io.stentor.kernel.fake.FakeKernel;
import io.stentor.kernel.fake.FakeRing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Records of two numbers: their time, and which they are.
class MergedRingsTest {
    private final FakeBpf bpf = new FakeKernel().bpf();
    private final List<FakeRing> rings = new ArrayList<>();
    private final List<Long> read = new ArrayList<>();

    private RingBuffer merged(int count) {
        for (int i = 0; i < count; i++) {
            BpfMap map = bpf.createMap(MapSpec.of("ring", MapType.RINGBUF, 0, 0, 4096));
            rings.add(bpf.ring(map));
        }
        return new MergedRings(List.copyOf(rings), record -> record.get(ValueLayout.JAVA_LONG, 0));
    }

    private void put(int ring, long time, long number) {
        rings.get(ring)
                .put(ByteBuffer.allocate(16)
                        .order(ByteOrder.nativeOrder())
                        .putLong(time)
                        .putLong(number)
                        .array());
    }

    private void note(MemorySegment record) {
        read.add(record.get(ValueLayout.JAVA_LONG, 8));
    }

    @Test
    void what_several_rings_hold_comes_in_order_of_time() {
        RingBuffer merged = merged(3);
        put(1, 10, 1);
        put(0, 20, 2);
        put(2, 30, 3);
        put(2, 40, 4);
        put(0, 50, 5);

        assertThat(merged.waiting()).isEqualTo(5 * 24);
        assertThat(merged.drain(this::note)).isEqualTo(5);
        assertThat(read).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(merged.waiting()).isZero();
        assertThat(merged.drain(this::note)).isZero();
    }

    @Test
    void a_ring_is_read_in_its_own_order_whatever_its_times() {
        RingBuffer merged = merged(2);
        put(0, 30, 1);
        put(0, 10, 2);
        put(1, 20, 3);
        put(1, Long.MAX_VALUE, 4);

        merged.drain(this::note);

        assertThat(read).containsExactly(3L, 1L, 2L, 4L);
    }

    /// Or the other rings' records of the same time would come a poll earlier than what happened before them.
    @Test
    void what_is_written_while_the_rings_are_read_waits_for_the_next_time() {
        RingBuffer merged = merged(2);
        put(0, 10, 1);

        int given = merged.drain(record -> {
            note(record);
            put(0, 20, 2);
            put(1, 15, 3);
        });

        assertThat(given).isEqualTo(1);
        merged.drain(this::note);
        assertThat(read).containsExactly(1L, 3L, 2L);
    }

    @Test
    void no_rings_hold_nothing() {
        assertThat(merged(0).drain(this::note)).isZero();
    }

    @Test
    void many_records_in_any_rings_come_out_sorted_and_once() {
        Random random = new Random(7);
        RingBuffer merged = merged(16);
        List<Long> expected = new ArrayList<>();
        for (long number = 0; number < 5000; number++) {
            put(random.nextInt(16), number / 3, number);
            expected.add(number);
        }

        List<Long> times = new ArrayList<>();
        merged.drain(record -> {
            times.add(record.get(ValueLayout.JAVA_LONG, 0));
            note(record);
        });

        assertThat(times).isSorted().hasSize(5000);
        assertThat(read).containsExactlyInAnyOrderElementsOf(expected);
    }
}
