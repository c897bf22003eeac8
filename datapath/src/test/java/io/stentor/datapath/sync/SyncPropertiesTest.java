package io.stentor.datapath.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.MapType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/// Two maps, `services` whose values are keys of `backends`: any way from any content to any images.
class SyncPropertiesTest {

    /// Consistent content of both maps: each service's backend is there.
    record Content(Map<Integer, Integer> backends, Map<Integer, Integer> services) {

        static Content of(Map<Integer, Integer> backends, Map<Integer, Integer> services) {
            Map<Integer, Integer> pointing = new HashMap<>(services);
            pointing.values().retainAll(backends.keySet());
            return new Content(backends, pointing);
        }
    }

    @Provide
    Arbitrary<Content> contents() {
        Arbitrary<Map<Integer, Integer>> backends =
                Arbitraries.maps(number(10), number(3)).ofMaxSize(8);
        Arbitrary<Map<Integer, Integer>> services =
                Arbitraries.maps(number(10), number(10)).ofMaxSize(8);
        return Combinators.combine(backends, services).as(Content::of);
    }

    @Provide
    Arbitrary<MapType> types() {
        return Arbitraries.of(MapType.HASH, MapType.LPM_TRIE, MapType.ARRAY);
    }

    private static Arbitrary<Integer> number(int limit) {
        return Arbitraries.integers().between(1, limit);
    }

    /// The two maps, and what they go through.
    static final class Kernel {
        final MemoryMap backends;
        final MemoryMap services;
        DatapathSync sync;

        Kernel(MapType type, int room) {
            backends = new MemoryMap("backends", type, room);
            services = new MemoryMap("services", type, room);
            sync = restarted();
        }

        DatapathSync restarted() {
            sync = new DatapathSync(Map.of("backends", backends, "services", services));
            return sync;
        }

        void hold(Content content) {
            backends.content.putAll(content.backends);
            services.content.putAll(content.services);
        }

        DatapathSync.Outcome to(Content content, boolean complete, long now) {
            return sync.sync(
                    List.of(backends.image(content.backends), services.image(content.services)),
                    complete,
                    List::of,
                    now);
        }

        void assertWhole() {
            assertThat(nonZero(services).values()).allMatch(nonZero(backends)::containsKey);
        }

        void assertIs(Content content) {
            assertThat(nonZero(backends)).isEqualTo(content.backends);
            assertThat(nonZero(services)).isEqualTo(content.services);
            assertThat(sync.differences()).isEmpty();
        }

        static Map<Integer, Integer> nonZero(MemoryMap map) {
            Map<Integer, Integer> content = new HashMap<>(map.content);
            content.values().removeIf(v -> v == 0);
            return content;
        }

        /// @param left writes until the agent is killed; negative for never
        void watch(int left) {
            int[] writes = {left};
            Runnable step = () -> {
                assertWhole();
                if (writes[0]-- == 0) {
                    throw new MemoryMap.Killed();
                }
            };
            backends.watch = step;
            services.watch = step;
        }
    }

    @Property(tries = 300)
    void any_content_becomes_any_image_and_no_entry_ever_points_at_nothing(
            @ForAll("types") MapType type,
            @ForAll("contents") Content held,
            @ForAll List<@From("contents") Content> images) {
        Kernel kernel = new Kernel(type, 20);
        kernel.hold(held);
        kernel.watch(-1);
        for (Content image : images) {
            assertThat(kernel.to(image, true, 0).problems()).isEmpty();
            kernel.assertIs(image);
        }
    }

    @Property(tries = 300)
    void killed_at_any_write_and_started_again_it_ends_the_same(
            @ForAll("types") MapType type,
            @ForAll("contents") Content held,
            @ForAll("contents") Content first,
            @ForAll("contents") Content second,
            @ForAll @IntRange(max = 25) int writes) {
        Kernel kernel = new Kernel(type, 20);
        kernel.hold(held);
        kernel.watch(writes);
        try {
            kernel.to(first, true, 0);
        } catch (MemoryMap.Killed killed) {
            kernel.assertWhole();
        }
        kernel.watch(-1);
        kernel.restarted();
        kernel.to(second, true, 0);
        kernel.assertIs(second);
    }

    @Property(tries = 300)
    void a_pass_that_ended_early_is_made_good_by_the_next(
            @ForAll("contents") Content held,
            @ForAll("contents") Content first,
            @ForAll("contents") Content second,
            @ForAll @IntRange(max = 25) int writes) {
        Kernel kernel = new Kernel(MapType.HASH, 20);
        kernel.hold(held);
        kernel.watch(writes);
        try {
            kernel.to(first, true, 0);
        } catch (MemoryMap.Killed defect) {
            kernel.watch(-1);
        }
        kernel.watch(-1);
        kernel.to(second, true, 0);
        kernel.assertIs(second);
    }

    @Property(tries = 300)
    void nothing_is_deleted_before_all_sources_are_synced(
            @ForAll("contents") Content held, @ForAll("contents") Content partial, @ForAll("contents") Content whole) {
        Kernel kernel = new Kernel(MapType.HASH, 30);
        kernel.hold(held);
        kernel.to(partial, false, 0);
        Map<Integer, Integer> both = new HashMap<>(held.backends);
        both.putAll(partial.backends);
        assertThat(kernel.backends.content).isEqualTo(both);
        kernel.to(whole, false, 0);
        both.putAll(whole.backends);
        assertThat(kernel.backends.content).isEqualTo(both);
        kernel.to(whole, true, 0);
        kernel.assertIs(whole);
    }

    @Property(tries = 300)
    void services_that_cannot_be_written_keep_their_backends(
            @ForAll("contents") Content held,
            @ForAll List<@From("contents") Content> images,
            @ForAll Set<@IntRange(min = 1, max = 10) Integer> refused) {
        Kernel kernel = new Kernel(MapType.HASH, 20);
        kernel.hold(held);
        kernel.watch(-1);
        kernel.services.refused.addAll(refused);
        long now = 0;
        for (Content image : images) {
            kernel.to(image, true, now++);
            kernel.assertWhole();
        }
        kernel.services.refused.clear();
        if (!images.isEmpty()) {
            var outcome = kernel.to(images.getLast(), true, Long.MAX_VALUE / 2);
            assertThat(outcome.problems()).isEmpty();
            kernel.assertIs(images.getLast());
        }
    }

    @Property(tries = 300)
    void a_map_that_is_too_small_holds_as_much_of_its_image_as_fits(
            @ForAll("contents") Content held,
            @ForAll List<@From("contents") Content> images,
            @ForAll @IntRange(min = 8, max = 9) int room) {
        Kernel kernel = new Kernel(MapType.HASH, room);
        kernel.hold(held);
        for (Content image : images) {
            Map<Integer, Integer> large = new HashMap<>(image.backends);
            image.services.forEach((key, value) -> large.put(100 + key, value));
            var outcome = kernel.sync.sync(List.of(kernel.backends.image(large)), true, List::of, 0);
            assertThat(kernel.backends.content).hasSize(Math.min(room, large.size()));
            assertThat(large).containsAllEntriesOf(kernel.backends.content);
            assertThat(outcome.problems()).hasSize(large.size() > room ? 1 : 0);
        }
    }
}
