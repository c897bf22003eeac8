package io.stentor.datapath.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.bpf.Codec;
import io.stentor.bpf.MapOwner;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.MapType;
import io.stentor.datapath.sync.DatapathSync.Watch;
import io.stentor.model.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DatapathSyncTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final MemoryMap map = new MemoryMap("numbers", MapType.HASH, 3);
    private DatapathSync sync = new DatapathSync(Map.of("numbers", map));

    private DatapathSync.Outcome sync(Map<Integer, Integer> image, long now) {
        return sync.sync(List.of(map.image(new TreeMap<>(image))), true, List::of, now);
    }

    @Test
    void a_map_is_read_once_and_then_written_only_where_it_differs() {
        map.content.put(7, 7);
        sync(Map.of(1, 1, 2, 2), 0);
        sync(Map.of(1, 1, 2, 3), 1);
        assertThat(map.content).isEqualTo(Map.of(1, 1, 2, 3));
        int calls = map.calls;
        assertThat(sync(Map.of(1, 1, 2, 3), 2)).isEqualTo(new DatapathSync.Outcome(List.of(), Optional.empty()));
        assertThat(map.calls).isEqualTo(calls);
        assertThat(map.reads).isEqualTo(1);
        assertThat(sync.usage()).containsExactly(new DatapathSync.Usage("numbers", 2, 3));
    }

    @Test
    void a_full_map_keeps_what_fits_and_says_what_does_not() {
        map.content.putAll(Map.of(1, 1, 2, 2));
        var outcome = sync(Map.of(1, 9, 2, 2, 3, 3, 4, 4, 5, 5), 0);
        assertThat(outcome.problems())
                .containsExactly(new Problem("map numbers", "", "is full: 2 of 5 entries do not fit into its 3"));
        assertThat(map.content).hasSize(3).containsEntry(1, 9).containsEntry(2, 2);
        outcome = sync(Map.of(2, 2, 4, 4, 5, 5), 1);
        assertThat(outcome.problems()).isEmpty();
        assertThat(map.content).isEqualTo(Map.of(2, 2, 4, 4, 5, 5));
    }

    @Test
    void a_full_map_can_be_given_wholly_other_entries() {
        map.content.putAll(Map.of(1, 1, 2, 2, 3, 3));
        var outcome = sync(Map.of(4, 4, 5, 5, 6, 6), 0);
        assertThat(outcome.problems()).isEmpty();
        assertThat(map.content).isEqualTo(Map.of(4, 4, 5, 5, 6, 6));
    }

    @Test
    void a_full_trie_of_an_old_kernel_takes_new_values_too() {
        MemoryMap trie = new MemoryMap("trie", MapType.LPM_TRIE, 3);
        trie.refusesWhenFull = true;
        trie.content.putAll(Map.of(1, 1, 2, 2, 3, 3));
        sync = new DatapathSync(Map.of("trie", trie));
        var outcome = sync.sync(List.of(trie.image(Map.of(1, 5, 2, 6, 3, 7))), true, List::of, 0);
        assertThat(outcome.problems()).isEmpty();
        assertThat(trie.content).isEqualTo(Map.of(1, 5, 2, 6, 3, 7));
    }

    @Test
    void what_is_refused_is_tried_again_after_a_second_then_two_and_keeps_nothing_else_out() {
        map.refused.add(2);
        var outcome = sync(Map.of(1, 1, 2, 2, 3, 3), 0);
        assertThat(map.content).isEqualTo(Map.of(1, 1, 3, 3));
        assertThat(outcome.problems())
                .containsExactly(new Problem(
                        "map numbers", "", "1 entries are not as they should be: BPF_MAP_UPDATE_BATCH EBUSY (busy)"));
        assertThat(outcome.retryAfter()).contains(Duration.ofSeconds(1));

        int calls = map.calls;
        assertThat(sync(Map.of(1, 1, 2, 2, 3, 3), SECOND / 2).retryAfter()).contains(Duration.ofMillis(500));
        assertThat(map.calls).isEqualTo(calls);
        assertThat(sync(Map.of(1, 1, 2, 2, 3, 3), SECOND).retryAfter()).contains(Duration.ofSeconds(2));
        assertThat(map.calls).isEqualTo(calls + 1);

        map.refused.clear();
        assertThat(sync(Map.of(1, 1, 2, 2, 3, 3), 2 * SECOND).problems()).hasSize(1);
        assertThat(sync(Map.of(1, 1, 2, 2, 3, 3), 3 * SECOND).problems()).isEmpty();
        assertThat(map.content).isEqualTo(Map.of(1, 1, 2, 2, 3, 3));
    }

    @Test
    void a_map_that_cannot_be_read_is_a_problem_and_is_tried_again() {
        map.unreadable = true;
        var outcome = sync(Map.of(1, 1), 0);
        assertThat(outcome.problems())
                .containsExactly(new Problem(
                        "map numbers", "", "cannot be read: BPF_MAP_LOOKUP_BATCH numbers: EPERM (not permitted)"));
        assertThat(outcome.retryAfter()).contains(Duration.ofSeconds(1));
        map.unreadable = false;
        assertThat(sync(Map.of(1, 1), SECOND).problems()).isEmpty();
        assertThat(map.content).isEqualTo(Map.of(1, 1));
    }

    @Test
    void programs_are_attached_after_the_last_write_and_before_the_first_deletion() {
        MemoryMap other = new MemoryMap("other", MapType.HASH, 3);
        sync = new DatapathSync(Map.of("numbers", map, "other", other));
        map.content.put(7, 7);
        other.content.put(7, 7);
        List<String> steps = new ArrayList<>();
        map.watch = () -> steps.add("numbers");
        other.watch = () -> steps.add("other");
        Problem problem = new Problem("link 12 ingress", "", "no");
        var outcome = sync.sync(
                List.of(map.image(Map.of(1, 1)), other.image(Map.of(1, 1))),
                true,
                () -> {
                    steps.add("attach");
                    return List.of(problem);
                },
                0);
        assertThat(steps).containsExactly("numbers", "other", "attach", "other", "numbers");
        assertThat(outcome.problems()).containsExactly(problem);
    }

    @Test
    void what_a_stale_entry_may_point_at_stays_until_the_entry_is_gone() {
        MemoryMap referrers = new MemoryMap("referrers", MapType.HASH, 3);
        sync = new DatapathSync(Map.of("numbers", map, "referrers", referrers));
        map.content.put(1, 1);
        referrers.content.put(1, 1);
        referrers.refused.add(1);
        List<MapImage<?, ?>> empty = List.of(map.image(Map.of()), referrers.image(Map.of()));
        sync.sync(empty, true, List::of, 0);
        assertThat(map.content).containsKey(1);
        referrers.refused.clear();
        sync.sync(empty, true, List::of, SECOND);
        assertThat(referrers.content).isEmpty();
        assertThat(map.content).isEmpty();
    }

    @Test
    void differences_are_told_in_the_words_of_the_layout_and_put_right_after_forgetting() {
        sync(Map.of(1, 1, 2, 2), 0);
        map.content.put(1, 5);
        map.content.remove(2);
        map.content.put(9, 9);
        assertThat(sync.differences())
                .extracting(Difference::toString)
                .containsExactlyInAnyOrder(
                        "numbers 1: desired 1, kernel 5",
                        "numbers 2: desired 2, kernel nothing",
                        "numbers 9: desired nothing, kernel 9");
        sync.forget();
        sync(Map.of(1, 1, 2, 2), 1);
        assertThat(map.content).isEqualTo(Map.of(1, 1, 2, 2));
        assertThat(sync.differences()).isEmpty();
    }

    @Test
    void an_array_has_zeros_where_the_image_has_nothing() {
        MemoryMap array = new MemoryMap("array", MapType.ARRAY, 4);
        array.content.putAll(Map.of(0, 1, 1, 1));
        sync = new DatapathSync(Map.of("array", array));
        var outcome = sync.sync(List.of(array.image(new TreeMap<>(Map.of(1, 2, 2, 0, 9, 1)))), true, List::of, 0);
        assertThat(array.content).containsEntry(0, 0).containsEntry(1, 2).doesNotContainKey(9);
        assertThat(outcome.problems())
                .extracting(Problem::reason)
                .singleElement()
                .asString()
                .contains("1 entries")
                .contains("E2BIG");
        assertThat(sync.differences())
                .extracting(d -> Codec.U32.decode(d.key().toArray()))
                .containsExactly(9);
    }

    @Test
    void maps_that_the_datapath_writes_have_no_image() {
        var shape = new MapSpec.Shape(4, 0, MapOwner.DATAPATH, Optional.empty());
        var conntrack = new MapSpec<>("conntrack", MapType.HASH, Codec.U32, Codec.U32, shape);
        assertThatThrownBy(() -> MapImage.empty(conntrack))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("map conntrack (HASH, owner DATAPATH) is not reconciled");
    }

    @Test
    void who_watches_a_map_is_told_of_what_has_left_it_once() {
        List<Integer> gone = new ArrayList<>();
        Watch watch = new Watch("numbers", values -> values.forEach(value -> gone.add(Codec.U32.decode(value))));
        sync = new DatapathSync(Map.of("numbers", map), watch);
        // of an earlier agent
        map.content.putAll(Map.of(1, 11, 2, 12, 3, 13));

        sync.sync(List.of(map.image(Map.of(1, 11))), false, List::of, 0);
        assertThat(gone).as("while not all is known").isEmpty();
        sync.sync(List.of(map.image(Map.of(1, 11, 2, 12))), true, List::of, 1);
        assertThat(gone).containsExactly(13);
        sync.sync(List.of(map.image(Map.of(1, 21, 2, 12))), true, List::of, 2);
        sync.sync(List.of(map.image(Map.of(1, 21))), true, List::of, 3);
        assertThat(gone).containsExactly(13, 12);
    }
}
