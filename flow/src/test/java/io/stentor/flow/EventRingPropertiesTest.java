package io.stentor.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.Event;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/// Apart from [EventRingTest]: of a class that two engines run, only one engine's report is left.
class EventRingPropertiesTest {
    private static final Duration NOW = Duration.ZERO;

    @Provide
    static Arbitrary<Event> events() {
        return Arbitraries.randomValue(RandomEvents::event);
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
        List<Event> added = IntStream.range(0, count)
                .mapToObj(i -> (i % 2 == 0 ? first : second).withTime(i))
                .toList();
        added.forEach(event -> ring.add(MemorySegment.ofArray(event.encode())));

        EventRing.Batch batch = cursor.read(100, NOW);

        int kept = Math.min(capacity, count);
        assertThat(batch.events()).isEqualTo(added.subList(count - kept, count));
        assertThat(batch.lost()).isEqualTo(count - kept);
        assertThat(cursor.read(100, NOW)).isEqualTo(new EventRing.Batch(List.of(), 0));
    }
}
