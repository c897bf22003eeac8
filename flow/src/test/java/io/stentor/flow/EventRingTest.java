package io.stentor.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.CtState;
import io.stentor.bpf.generated.Direction;
import io.stentor.bpf.generated.Event;
import io.stentor.bpf.generated.EventType;
import io.stentor.bpf.generated.ObservationPoint;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class EventRingTest {
    private static final Duration NOW = Duration.ZERO;

    @Provide
    static Arbitrary<Event> events() {
        return Arbitraries.randomValue(EventRingTest::event);
    }

    private static Event event(Random random) {
        return new Event(
                random.nextLong(),
                new Bytes16(random.nextLong(), random.nextLong()),
                new Bytes16(random.nextLong(), random.nextLong()),
                random.nextInt(65536),
                random.nextInt(65536),
                random.nextInt(),
                random.nextInt(),
                random.nextInt(),
                random.nextInt(65536),
                random.nextInt(65536),
                random.nextInt(),
                any(random, EventType.values()),
                random.nextInt(256),
                any(random, ObservationPoint.values()),
                any(random, CtState.values()),
                any(random, Direction.values()),
                random.nextInt(256),
                random.nextInt(256),
                random.nextInt(256),
                random.nextInt(256),
                random.nextInt(256));
    }

    private static <T> T any(Random random, T[] values) {
        return values[random.nextInt(values.length)];
    }

    private static void add(EventRing ring, Event event) {
        ring.add(MemorySegment.ofArray(event.encode()));
    }

    @Property(tries = 200)
    void what_is_read_is_the_end_of_what_was_added_and_the_rest_is_counted_as_lost(
            @ForAll("events") Event first,
            @ForAll("events") Event second,
            @ForAll @IntRange(min = 1, max = 9) int capacity,
            @ForAll @IntRange(max = 30) int count)
            throws InterruptedException {
        EventRing ring = new EventRing(capacity);
        EventRing.Cursor cursor = ring.follow(0);
        List<Event> added = java.util.stream.IntStream.range(0, count)
                .mapToObj(i -> (i % 2 == 0 ? first : second).withTime(i))
                .toList();
        added.forEach(event -> add(ring, event));

        EventRing.Batch batch = cursor.read(100, NOW);

        int kept = Math.min(capacity, count);
        assertThat(batch.events()).isEqualTo(added.subList(count - kept, count));
        assertThat(batch.lost()).isEqualTo(count - kept);
        assertThat(cursor.read(100, NOW)).isEqualTo(new EventRing.Batch(List.of(), 0));
    }

    @Test
    void a_reader_is_given_a_limited_number_at_once_and_the_rest_later() throws InterruptedException {
        EventRing ring = new EventRing(8);
        for (int i = 0; i < 5; i++) {
            add(ring, event(new Random(1)).withTime(i));
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
        add(ring, event(new Random(2)));

        assertThat(read.join().events()).hasSize(1);
    }

    @Test
    void what_is_no_event_is_counted_and_disturbs_nobody() throws InterruptedException {
        EventRing ring = new EventRing(8);
        EventRing.Cursor cursor = ring.follow(0);
        ring.add(MemorySegment.ofArray(new byte[17]));
        byte[] unknownType = event(new Random(3)).encode();
        unknownType[Event.TYPE_OFFSET] = 99;
        ring.add(MemorySegment.ofArray(unknownType));
        add(ring, event(new Random(4)));

        EventRing.Batch batch = cursor.read(10, NOW);

        assertThat(ring.malformed()).isEqualTo(1);
        assertThat(batch.events()).hasSize(1);
        assertThat(batch.lost()).isEqualTo(1);
    }
}
