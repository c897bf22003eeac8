package io.stentor.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.Event;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class EventRingTest {
    private static final Duration NOW = Duration.ZERO;

    private static void add(EventRing ring, Event event) {
        ring.add(MemorySegment.ofArray(event.encode()));
    }

    @Test
    void a_reader_is_given_a_limited_number_at_once_and_the_rest_later() throws InterruptedException {
        EventRing ring = new EventRing(8);
        for (int i = 0; i < 5; i++) {
            add(ring, RandomEvents.event(new Random(1)).withTime(i));
        }
        EventRing.Cursor cursor = ring.follow(3);

        assertThat(cursor.read(2, NOW).events()).extracting(Event::time).containsExactly(2L, 3L);
        assertThat(cursor.read(2, NOW).events()).extracting(Event::time).containsExactly(4L);
    }

    @Test
    void a_waiting_reader_is_woken_by_the_next_event() {
        EventRing ring = new EventRing(8);
        EventRing.Cursor cursor = ring.follow(0);
        CompletableFuture<EventRing.Batch> read = CompletableFuture.supplyAsync(() -> {
            try {
                return cursor.read(1, Duration.ofMinutes(1));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        add(ring, RandomEvents.event(new Random(2)));

        assertThat(read.join().events()).hasSize(1);
    }

    @Test
    void what_is_no_event_is_counted_and_disturbs_nobody() throws InterruptedException {
        EventRing ring = new EventRing(8);
        EventRing.Cursor cursor = ring.follow(0);
        ring.add(MemorySegment.ofArray(new byte[17]));
        byte[] unknownType = RandomEvents.event(new Random(3)).encode();
        unknownType[Event.TYPE_OFFSET] = 99;
        ring.add(MemorySegment.ofArray(unknownType));
        add(ring, RandomEvents.event(new Random(4)));

        EventRing.Batch batch = cursor.read(10, NOW);

        assertThat(ring.malformed()).isEqualTo(1);
        assertThat(batch.events()).hasSize(1);
        assertThat(batch.lost()).isEqualTo(1);
    }
}
