package io.stentor.agent.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.Event;
import io.stentor.flow.EventRing;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.bpf.MergedRings;
import io.stentor.kernel.bpf.RingBuffer;
import io.stentor.kernel.fake.FakeKernel;
import io.stentor.kernel.fake.FakeMap;
import io.stentor.kernel.fake.FakeRing;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventPollTest {

    @Test
    void events_reach_their_followers_without_being_called() throws InterruptedException {
        FakeKernel kernel = new FakeKernel();
        FakeMap map = kernel.bpf().createMap(MapSpec.of("events", MapType.RINGBUF, 0, 0, 4096));
        FakeRing source = kernel.bpf().ring(map);
        EventRing ring = new EventRing(16);
        EventRing.Cursor cursor = ring.follow(0);
        Event event = SampleNode.forged();
        try (EventPoll poll = EventPoll.start(kernel.bpf().ringBuffer(map), ring)) {
            source.put(event.encode());

            assertThat(cursor.read(1, Duration.ofMinutes(1)).events()).containsExactly(event);
            assertThat(poll).isNotNull();
        }
        source.put(event.encode());
        assertThat(ring.count()).isEqualTo(1);
    }

    @Test
    void events_of_several_processors_are_kept_in_order_of_time() throws InterruptedException {
        FakeKernel kernel = new FakeKernel();
        List<FakeRing> rings = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            rings.add(
                    kernel.bpf().ring(kernel.bpf().createMap(MapSpec.of("events.inner", MapType.RINGBUF, 0, 0, 4096))));
        }
        for (int time = 1; time <= 6; time++) {
            rings.get(time / 2 % 2).put(SampleNode.forged().withTime(time).encode());
        }
        RingBuffer merged = new MergedRings(
                List.copyOf(rings), record -> record.get(ValueLayout.JAVA_LONG_UNALIGNED, Event.TIME_OFFSET));
        EventRing ring = new EventRing(16);
        EventRing.Cursor cursor = ring.follow(0);
        List<Long> times = new ArrayList<>();
        try (EventPoll poll = EventPoll.start(merged, ring)) {
            while (times.size() < 6) {
                cursor.read(6, Duration.ofMinutes(1)).events().forEach(event -> times.add(event.time()));
            }
            assertThat(poll).isNotNull();
        }
        assertThat(times).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    }
}
