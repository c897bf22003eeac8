package io.stentor.datapath.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.MapType;
import io.stentor.datapath.sync.TwoMaps.Content;
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

/// Any way from any content of two maps to any images.
class SyncPropertiesTest {
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

    @Property(tries = 300)
    void any_content_becomes_any_image_and_no_entry_ever_points_at_nothing(
            @ForAll("types") MapType type,
            @ForAll("contents") Content held,
            @ForAll List<@From("contents") Content> images) {
        TwoMaps kernel = new TwoMaps(type, 20);
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
        TwoMaps kernel = new TwoMaps(type, 20);
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
        TwoMaps kernel = new TwoMaps(MapType.HASH, 20);
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
        TwoMaps kernel = new TwoMaps(MapType.HASH, 30);
        kernel.hold(held);
        kernel.to(partial, false, 0);
        Map<Integer, Integer> both = new HashMap<>(held.backends());
        both.putAll(partial.backends());
        assertThat(kernel.backends.content).isEqualTo(both);
        kernel.to(whole, false, 0);
        both.putAll(whole.backends());
        assertThat(kernel.backends.content).isEqualTo(both);
        kernel.to(whole, true, 0);
        kernel.assertIs(whole);
    }

    @Property(tries = 300)
    void services_that_cannot_be_written_keep_their_backends(
            @ForAll("contents") Content held,
            @ForAll List<@From("contents") Content> images,
            @ForAll Set<@IntRange(min = 1, max = 10) Integer> refused) {
        TwoMaps kernel = new TwoMaps(MapType.HASH, 20);
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
        TwoMaps kernel = new TwoMaps(MapType.HASH, room);
        kernel.hold(held);
        for (Content image : images) {
            Map<Integer, Integer> large = new HashMap<>(image.backends());
            image.services().forEach((key, value) -> large.put(100 + key, value));
            var outcome = kernel.sync.sync(List.of(kernel.backends.image(large)), true, List::of, 0);
            assertThat(kernel.backends.content).hasSize(Math.min(room, large.size()));
            assertThat(large).containsAllEntriesOf(kernel.backends.content);
            assertThat(outcome.problems()).hasSize(large.size() > room ? 1 : 0);
        }
    }
}
