package io.stentor.datapath.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Maps;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class TableSizesTest {
    private static final long GIB = 1L << 30;
    private static final TableSizes.Wanted DEFAULT = new TableSizes.Wanted(0.0025, 0, 0, 0);

    /// As the kernel allocates a hash: elements of 48 bytes and key and value, buckets of 16 rounded up.
    private static long bytes(Map<String, Integer> entries) {
        return Maps.ALL.stream()
                .filter(spec -> entries.containsKey(spec.name()))
                .mapToLong(spec -> bytes(spec, entries.getOrDefault(spec.name(), 0)))
                .sum();
    }

    private static long bytes(MapSpec<?, ?> spec, int entries) {
        long buckets = Long.highestOneBit(entries * 2L - 1);
        return entries * (48L + spec.key().size() + spec.value().size()) + buckets * 16;
    }

    @Test
    void a_small_machine_has_what_the_headers_declare() {
        TableSizes sizes = TableSizes.of(2 * GIB, DEFAULT);
        assertThat(sizes).isEqualTo(new TableSizes(65536, 32768, 65536));
        sizes.entries()
                .forEach((map, entries) -> assertThat(Maps.ALL)
                        .filteredOn(spec -> spec.name().equals(map))
                        .as(map)
                        .singleElement()
                        .satisfies(spec -> assertThat(spec.shape().maxEntries()).isEqualTo(entries)));
    }

    @Test
    void a_larger_machine_has_more_by_its_memory() {
        assertThat(TableSizes.of(24 * GIB, DEFAULT)).isEqualTo(new TableSizes(82595, 41297, 82595));
        assertThat(TableSizes.of(24 * GIB, new TableSizes.Wanted(0.005, 0, 0, 0))
                        .tcp())
                .isEqualTo(165191);
        assertThat(TableSizes.of(Long.MAX_VALUE / 2, DEFAULT).tcp()).isEqualTo(1 << 24);
    }

    @Test
    void what_is_told_holds_whatever_the_memory() {
        assertThat(TableSizes.of(GIB, new TableSizes.Wanted(0.0025, 1024, 2048, 4096)))
                .isEqualTo(new TableSizes(1024, 2048, 4096));
        assertThat(TableSizes.of(GIB, new TableSizes.Wanted(0.0025, 1024, 1024, 1024))
                        .entries()
                        .values())
                .allMatch(entries -> entries >= 1024);
    }

    @Property
    void the_tables_take_the_part_of_memory_that_they_are_given(@ForAll @LongRange(min = 20, max = 4096) long gib) {
        double given = gib * GIB * 0.0025 * 2 / 3;
        assertThat((double) bytes(TableSizes.of(gib * GIB, DEFAULT).entries())).isBetween(given * 0.9, given * 1.15);
    }

    @Test
    void a_machine_of_32_gib_spends_less_than_56_mib() {
        assertThat(bytes(TableSizes.of(32 * GIB, DEFAULT).entries())).isLessThan(56 << 20);
    }
}
