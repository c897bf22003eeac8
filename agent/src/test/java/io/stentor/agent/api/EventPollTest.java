package io.stentor.agent.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.Event;
import io.stentor.flow.EventRing;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.fake.FakeKernel;
import io.stentor.kernel.fake.FakeMap;
import io.stentor.kernel.fake.FakeRing;
import java.time.Duration;
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
}
