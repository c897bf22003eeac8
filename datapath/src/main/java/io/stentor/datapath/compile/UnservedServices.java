package io.stentor.datapath.compile;

import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.sync.DatapathSync;
import io.stentor.model.Problem;
import io.stentor.model.Service;
import io.stentor.model.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Services that the programs do not know wholly, because a map did not take an entry of theirs.
///
/// @param maps in or after the pass that wrote the facts' entries
record UnservedServices(Facts facts, MapSettings settings, DatapathSync maps) {
    private static final List<MapSpec<?, ?>> ALL =
            List.of(Maps.FRONTENDS, Maps.BACKENDS, Maps.SLOTS, Maps.MEMBERS, Maps.SOURCE_RANGES);

    /// More are counted alone.
    private static final int NAMED = 50;

    /// One for each such service, sorted by name, as far as there are not too many. Free while the maps took all.
    List<Problem> problems() {
        if (ALL.stream().allMatch(maps::isWhole)) {
            return List.of();
        }
        List<Problem> all = facts.state()
                .table(Table.SERVICES)
                .values()
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .flatMap(service -> problem(service).stream())
                .toList();
        List<Problem> told = new ArrayList<>(all.subList(0, Math.min(all.size(), NAMED)));
        if (all.size() > NAMED) {
            told.add(new Problem(
                    "services", "", (all.size() - NAMED) + " more are not served wholly, for maps are full"));
        }
        return told;
    }

    private List<Problem> problem(Service service) {
        Map<String, Long> refused = new LinkedHashMap<>();
        count(refused, new FrontendsMap(settings), Claim.of(service).stream().map(Claim::at));
        List<PortName> ports = Claim.ports(service).toList();
        count(refused, new BackendsMap(), backends(ports));
        count(refused, new SlotsMap(settings), ports.stream());
        count(refused, new MembersMap(settings), ports.stream());
        count(refused, new SourceRangesMap(), ports.stream());
        return refused.entrySet().stream()
                .map(map -> new Problem(
                        service.name().object(),
                        "",
                        "is not served wholly: the map " + map.getKey() + " has no room for " + map.getValue()
                                + " of its entries"))
                .toList();
    }

    private Stream<io.stentor.bpf.generated.Backend> backends(List<PortName> ports) {
        return ports.stream()
                .flatMap(port -> facts.all(Facts.SLICES_BY_SERVICE, port.service())
                        .values()
                        .flatMap(slice -> Standing.of(slice, port)))
                .map(Standing::backend)
                .distinct();
    }

    private <S, K> void count(Map<String, Long> refused, MapFamily<S, K, ?> family, Stream<S> subjects) {
        long entries = maps.isWhole(family.map())
                ? 0
                : subjects.flatMap(subject -> family.entries(subject, facts).keySet().stream())
                        .filter(key -> maps.isRefused(family.map(), key))
                        .count();
        if (entries > 0) {
            refused.put(family.map().name(), entries);
        }
    }
}
