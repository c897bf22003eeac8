package io.stentor.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PersistentMapTest {

    /// A key whose hash says less than its number: many collide wholly, others in their first levels only.
    record Key(int number) {
        @Override
        public int hashCode() {
            return switch (number % 4) {
                case 0 -> 7;
                case 1 -> number << 27;
                case 2 -> number << 30 | 7;
                default -> number;
            };
        }
    }

    /// Puts the value, or removes the key when it is negative.
    record Step(Key key, int value) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Key> keys = Arbitraries.integers().between(0, 60).map(Key::new);
        return Combinators.combine(keys, Arbitraries.integers().between(-3, 3))
                .as(Step::new)
                .list()
                .ofMaxSize(150);
    }

    @Property
    void behaves_as_a_hash_map_does(@ForAll("steps") List<Step> steps) {
        Map<Key, Integer> expected = new HashMap<>();
        PersistentMap<Key, Integer> map = PersistentMap.empty();
        for (Step step : steps) {
            map = apply(map, expected, step);
            assertThat(map.size()).isEqualTo(expected.size());
        }
        assertThat(content(map)).isEqualTo(expected);
        for (int i = 0; i <= 60; i++) {
            assertThat(map.get(new Key(i))).isEqualTo(expected.get(new Key(i)));
        }
        assertThat(map).isEqualTo(PersistentMap.of(expected)).hasSameHashCodeAs(PersistentMap.of(expected));
    }

    @Property
    void the_difference_leads_from_one_map_to_the_other(
            @ForAll("steps") List<Step> common, @ForAll("steps") List<Step> one, @ForAll("steps") List<Step> other) {
        PersistentMap<Key, Integer> start = apply(PersistentMap.empty(), common);
        PersistentMap<Key, Integer> before = apply(start, one);
        PersistentMap<Key, Integer> after = apply(start, other);
        Map<Key, Integer> patched = content(before);
        before.diff(after, new PersistentMap.Diff<Key, Integer>() {
            @Override
            public void added(Key key, Integer value) {
                assertThat(patched.put(key, value)).isNull();
            }

            @Override
            public void removed(Key key, Integer value) {
                assertThat(patched.remove(key)).isEqualTo(value);
            }

            @Override
            public void changed(Key key, Integer old, Integer value) {
                assertThat(value).isNotEqualTo(old);
                assertThat(patched.put(key, value)).isEqualTo(old);
            }
        });
        assertThat(patched).isEqualTo(content(after));
        assertThat(before.equals(after)).isEqualTo(content(before).equals(content(after)));
    }

    @Property
    void versions_do_not_change(@ForAll("steps") List<Step> steps, @ForAll("steps") List<Step> more) {
        PersistentMap<Key, Integer> map = apply(PersistentMap.empty(), steps);
        Map<Key, Integer> content = content(map);
        apply(map, more);
        assertThat(content(map)).isEqualTo(content);
    }

    /// A value that counts how often it is looked at.
    record Counted(int value, AtomicInteger comparisons) {
        @Override
        public boolean equals(Object other) {
            comparisons.incrementAndGet();
            return other instanceof Counted that && value == that.value;
        }

        @Override
        public int hashCode() {
            return value;
        }
    }

    @Test
    void a_difference_costs_what_has_changed() {
        AtomicInteger comparisons = new AtomicInteger();
        PersistentMap<String, Counted> map = PersistentMap.empty();
        for (int i = 0; i < 100_000; i++) {
            map = map.plus("key " + i, new Counted(i, comparisons));
        }
        PersistentMap<String, Counted> changed =
                map.plus("key 4711", new Counted(-1, comparisons)).minus("key 42");
        comparisons.set(0);
        assertThat(differences(map, changed)).isEqualTo(2);
        assertThat(changed.equals(map.minus("key 1"))).isFalse();
        assertThat(comparisons.get()).isLessThan(100);
    }

    private static int differences(PersistentMap<String, Counted> before, PersistentMap<String, Counted> after) {
        int[] count = new int[1];
        before.diff(after, new PersistentMap.Diff<>() {
            @Override
            public void added(String key, Counted value) {
                count[0]++;
            }

            @Override
            public void removed(String key, Counted value) {
                count[0]++;
            }

            @Override
            public void changed(String key, Counted old, Counted value) {
                count[0]++;
            }
        });
        return count[0];
    }

    private static PersistentMap<Key, Integer> apply(PersistentMap<Key, Integer> map, List<Step> steps) {
        PersistentMap<Key, Integer> next = map;
        for (Step step : steps) {
            next = apply(next, new HashMap<>(), step);
        }
        return next;
    }

    private static PersistentMap<Key, Integer> apply(
            PersistentMap<Key, Integer> map, Map<Key, Integer> expected, Step step) {
        if (step.value < 0) {
            expected.remove(step.key);
            return map.minus(step.key);
        }
        expected.put(step.key, step.value);
        return map.plus(step.key, step.value);
    }

    private static Map<Key, Integer> content(PersistentMap<Key, Integer> map) {
        Map<Key, Integer> content = new HashMap<>();
        map.forEach((key, value) -> assertThat(content.put(key, value)).isNull());
        assertThat(map).hasSize(content.size());
        return content;
    }
}
