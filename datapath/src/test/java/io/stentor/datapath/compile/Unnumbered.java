package io.stentor.datapath.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.AffinityMember;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.Frontend;
import io.stentor.bpf.generated.FrontendKey;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.SlotKey;
import io.stentor.bpf.generated.SourceRangeKey;
import io.stentor.datapath.sync.MapImage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What images of services' maps say, whatever numbers they say it by.
final class Unnumbered {
    private final List<MapImage<?, ?>> images;

    private Unnumbered(List<MapImage<?, ?>> images) {
        this.images = images;
    }

    /// All that stands in the maps under one service's number.
    ///
    /// @param frontends with zeros for numbers, and for the outside list 1 where it is another than the inside one
    /// @param lists     backends by slot, of list 0 and 1
    private record Content(
            Map<FrontendKey, Frontend> frontends,
            List<Map<Integer, Backend>> lists,
            List<Set<Backend>> members,
            Set<SourceRangeKey> ranges) {
        static Content none() {
            return new Content(
                    new HashMap<>(),
                    List.of(new TreeMap<>(), new TreeMap<>()),
                    List.of(new HashSet<>(), new HashSet<>()),
                    new HashSet<>());
        }
    }

    /// How often each content is there, and all backends.
    static Map<Object, Long> of(List<MapImage<?, ?>> images) {
        return new Unnumbered(images).contents();
    }

    static <K, V> Map<K, V> decoded(MapSpec<K, V> map, List<MapImage<?, ?>> images) {
        Map<K, V> entries = new HashMap<>();
        images.stream()
                .filter(image -> image.map().equals(map))
                .forEach(image -> image.entries()
                        .forEach((key, value) -> entries.put(
                                map.key().decode(key.toArray()), map.value().decode(value.toArray()))));
        return entries;
    }

    private Map<Object, Long> contents() {
        Map<Integer, Backend> backends = decoded(Maps.BACKENDS, images);
        assertThat(backends.values()).doesNotHaveDuplicates();
        assertThat(backends).doesNotContainKey(0);
        Map<Integer, Content> byService = new HashMap<>();
        decoded(Maps.FRONTENDS, images)
                .forEach((key, frontend) -> of(byService, frontend.service())
                        .frontends
                        .put(
                                key,
                                frontend.withService(0)
                                        .withInside(frontend.inside() - 2 * frontend.service())
                                        .withOutside(frontend.outside() - 2 * frontend.service())));
        decoded(Maps.SLOTS, images)
                .forEach((key, backend) ->
                        of(byService, key.list() / 2).lists.get(key.list() % 2).put(key.slot(), backends.get(backend)));
        for (AffinityMember member : decoded(Maps.MEMBERS, images).keySet()) {
            of(byService, member.list() / 2).members.get(member.list() % 2).add(backends.get(member.backend()));
        }
        for (SourceRangeKey range : decoded(Maps.SOURCE_RANGES, images).keySet()) {
            of(byService, range.service())
                    .ranges
                    .add(new SourceRangeKey(range.prefixLength(), 0, range.family(), range.address()));
        }
        Map<Object, Long> counted = new HashMap<>();
        Stream.concat(byService.values().stream(), backends.values().stream())
                .forEach(content -> counted.merge(content, 1L, Long::sum));
        return counted;
    }

    private static Content of(Map<Integer, Content> byService, int service) {
        assertThat(service).isNotZero();
        return byService.computeIfAbsent(service, _ -> Content.none());
    }

    /// That each place of a list which is counted leads to a backend.
    static void assertWhole(
            Map<FrontendKey, Frontend> frontends, Map<SlotKey, Integer> slots, Map<Integer, Backend> backends) {
        frontends.forEach((key, frontend) -> {
            assertWhole(frontend.inside(), frontend.insideCount(), slots, backends);
            assertWhole(frontend.outside(), frontend.outsideCount(), slots, backends);
        });
    }

    private static void assertWhole(int list, int count, Map<SlotKey, Integer> slots, Map<Integer, Backend> backends) {
        for (int slot = 0; slot < count; slot++) {
            Integer backend = slots.get(new SlotKey(list, slot));
            assertThat(backend).as("list %d, slot %d of %d", list, slot, count).isNotNull();
            assertThat(backends).as("list %d, slot %d", list, slot).containsKey(backend);
        }
    }
}
