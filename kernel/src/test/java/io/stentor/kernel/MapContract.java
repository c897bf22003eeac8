package io.stentor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfMap.Entry;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.bpf.UpdateMode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What holds for maps of the real kernel and of the fake one.
abstract class MapContract {
    private final List<BpfMap> made = new ArrayList<>();

    abstract Bpf bpf();

    @AfterEach
    void closeMaps() {
        made.forEach(BpfMap::close);
    }

    BpfMap made(BpfMap map) {
        made.add(map);
        return map;
    }

    BpfMap map(MapType type, int entries) {
        return made(bpf().createMap(MapSpec.of("sample", type, 8, 12, entries)));
    }

    BpfMap map(MapType type, int entries, int keySize) {
        return made(bpf().createMap(MapSpec.of("sample", type, keySize, 12, entries)));
    }

    @ParameterizedTest
    @EnumSource(names = {"HASH", "LRU_HASH"})
    void a_hash_keeps_what_it_is_given(MapType type) {
        BpfMap map = map(type, 100);
        map.update(key(1), value(1), UpdateMode.NOEXIST);
        map.update(key(1), value(2), UpdateMode.EXIST);

        assertThat(map.lookup(key(1))).contains(value(2));
        assertThat(map.lookup(key(2))).isEmpty();
        assertThatThrownBy(() -> map.update(key(1), value(1), UpdateMode.NOEXIST))
                .hasMessageContaining("EEXIST");
        assertThatThrownBy(() -> map.update(key(2), value(1), UpdateMode.EXIST)).hasMessageContaining("ENOENT");
        assertThat(map.delete(key(1))).isTrue();
        assertThat(map.delete(key(1))).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"HASH", "LRU_HASH", "LPM_TRIE", "PERCPU_HASH"})
    void batches_and_dumps_agree(MapType type) {
        int entries = 5000;
        BpfMap map = map(type, 2 * entries);
        boolean perCpu = type.perCpu();
        List<Entry> put = entries(0, entries).stream()
                .map(entry -> perCpu ? new Entry(entry.key(), repeated(entry.value())) : entry)
                .toList();
        map.updateBatch(put);

        assertThat(comparable(map.dump())).isEqualTo(comparable(put));
        List<byte[]> gone =
                new ArrayList<>(put.subList(0, 100).stream().map(Entry::key).toList());
        gone.add(50, key(9_999_999));
        assertThat(map.deleteBatch(gone)).isEqualTo(100);
        assertThat(comparable(map.dump())).isEqualTo(comparable(put.subList(100, entries)));
    }

    @Test
    void an_array_has_all_its_indices_from_the_start() {
        BpfMap map = made(bpf().createMap(MapSpec.of("array", MapType.ARRAY, 4, 12, 8)));
        map.update(BpfMap.index(3), value(3));

        assertThat(map.dump()).hasSize(8);
        assertThat(map.lookup(BpfMap.index(3))).contains(value(3));
        assertThat(map.lookup(BpfMap.index(4))).contains(new byte[12]);
        assertThatThrownBy(() -> map.update(BpfMap.index(8), value(1))).hasMessageContaining("E2BIG");
        assertThatThrownBy(() -> map.delete(BpfMap.index(3))).hasMessageContaining("EINVAL");
    }

    @Test
    void a_trie_answers_with_the_longest_prefix() {
        BpfMap map = map(MapType.LPM_TRIE, 3);
        map.update(prefix(8, 0x0a000000), value(8));
        map.update(prefix(24, 0x0a010200), value(24));
        map.update(prefix(0, 0), value(0));

        assertThat(map.lookup(prefix(32, 0x0a010203))).contains(value(24));
        assertThat(map.lookup(prefix(32, 0x0a020203))).contains(value(8));
        assertThat(map.lookup(prefix(32, 0x0b020203))).contains(value(0));
        assertThatThrownBy(() -> map.update(prefix(16, 0x0a010000), value(16))).hasMessageContaining("ENOSPC");
        assertThat(map.delete(prefix(24, 0x0a010200))).isTrue();
        assertThat(map.lookup(prefix(32, 0x0a010203))).contains(value(8));
    }

    @Test
    void a_per_cpu_value_splits_into_those_of_the_cpus() {
        BpfMap map = map(MapType.PERCPU_ARRAY, 1, 4);
        byte[] all = repeated(value(7));
        map.update(BpfMap.index(0), all);

        assertThat(map.splitPerCpu(map.lookup(BpfMap.index(0)).orElseThrow()))
                .hasSize(bpf().possibleCpus())
                .allMatch(value -> java.util.Arrays.equals(value, value(7)));
    }

    @Test
    void a_map_of_maps_holds_maps() {
        MapSpec inner = MapSpec.of("inner", MapType.HASH, 4, 4, 10);
        BpfMap outer = made(bpf().createMap(MapSpec.ofMaps("outer", MapType.HASH_OF_MAPS, 4, 10, inner)));
        BpfMap held = made(bpf().createMap(inner));
        outer.put(BpfMap.index(5), held);

        byte[] id = outer.lookup(BpfMap.index(5)).orElseThrow();
        assertThat(id).isEqualTo(BpfMap.index(held.id()));
        try (BpfMap opened = bpf().openMap(held.id()).orElseThrow()) {
            assertThat(opened.spec()).isEqualTo(held.spec());
        }
        assertThat(bpf().openMap(Integer.MAX_VALUE)).isEmpty();
    }

    @Test
    void what_an_array_of_maps_holds_lives_as_long_as_it_stands_there() {
        MapSpec ring = MapSpec.of("inner", MapType.RINGBUF, 0, 0, 4096);
        BpfMap outer = made(bpf().createMap(MapSpec.ofMaps("outer", MapType.ARRAY_OF_MAPS, 4, 4, ring)));
        int id;
        try (BpfMap held = bpf().createMap(ring)) {
            id = held.id();
            outer.put(BpfMap.index(1), held);
            outer.put(BpfMap.index(3), held);
        }

        assertThat(outer.lookup(BpfMap.index(0))).isEmpty();
        assertThat(outer.lookup(BpfMap.index(4))).isEmpty();
        assertThat(outer.lookup(BpfMap.index(1))).contains(BpfMap.index(id));
        assertThat(outer.dump()).extracting(Entry::value).containsExactly(BpfMap.index(id), BpfMap.index(id));
        try (BpfMap found = bpf().openMap(id).orElseThrow()) {
            assertThat(found.spec()).isEqualTo(ring);
        }
        assertThat(outer.delete(BpfMap.index(3))).isTrue();
        assertThat(outer.dump()).hasSize(1);
    }

    @Test
    void keys_and_values_of_the_wrong_size_never_reach_the_kernel() {
        BpfMap map = map(MapType.HASH, 1);

        assertThatThrownBy(() -> map.lookup(new byte[7])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> map.update(key(1), new byte[13])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void what_cannot_be_is_refused_with_its_specification() {
        assertThatThrownBy(() -> bpf().createMap(MapSpec.of("none", MapType.HASH, 0, 4, 1)))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("BPF_MAP_CREATE none HASH key 0 value 4 entries 1")
                .hasMessageContaining("EINVAL");
    }

    @Test
    void a_batch_says_how_far_it_came_when_the_map_is_full() {
        BpfMap map = map(MapType.HASH, 6000);
        List<Entry> entries = entries(0, 7000);

        BatchFailed failure = catchThrowableOfType(BatchFailed.class, () -> map.updateBatch(entries));

        assertThat(failure.errno()).isEqualTo(Errno.E2BIG);
        // a hash lets in a few more than it says, an entry in reserve per CPU
        assertThat(failure.done()).isBetween(6000, 6000 + bpf().possibleCpus());
        assertThat(map.dump()).hasSize(failure.done());
    }

    static List<Entry> entries(int from, int to) {
        List<Entry> entries = new ArrayList<>();
        for (int i = from; i < to; i++) {
            entries.add(new Entry(key(i), value(i)));
        }
        return entries;
    }

    /// Good for tries as well: all 32 bits count.
    static byte[] key(int number) {
        return prefix(32, number);
    }

    static byte[] prefix(int length, int address) {
        return ByteBuffer.allocate(8).put(BpfMap.index(length)).putInt(address).array();
    }

    static byte[] value(int number) {
        return ByteBuffer.allocate(12).putInt(number).putLong(-number).array();
    }

    byte[] repeated(byte[] value) {
        ByteBuffer all = ByteBuffer.allocate(16 * bpf().possibleCpus());
        for (int cpu = 0; cpu < bpf().possibleCpus(); cpu++) {
            all.put(16 * cpu, value);
        }
        return all.array();
    }

    static Map<String, String> comparable(List<Entry> entries) {
        HexFormat hex = HexFormat.of();
        Map<String, String> map = new TreeMap<>();
        for (Entry entry : entries) {
            assertThat(map.put(hex.formatHex(entry.key()), hex.formatHex(entry.value())))
                    .isNull();
        }
        return map;
    }
}
