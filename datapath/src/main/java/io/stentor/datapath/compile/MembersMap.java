package io.stentor.datapath.compile;

import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.AffinityMember;
import io.stentor.bpf.generated.Maps;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The map `members`: who is in a list, for services whose clients keep their backend.
final class MembersMap implements MapFamily<PortName, AffinityMember, Integer> {
    private final MapSettings settings;

    MembersMap(MapSettings settings) {
        this.settings = settings;
    }

    @Override
    public MapSpec<AffinityMember, Integer> map() {
        return Maps.MEMBERS;
    }

    @Override
    public Stream<PortName> concerned(Change change) {
        return ServiceSubjects.ports(change);
    }

    @Override
    public Map<AffinityMember, Integer> entries(PortName port, Facts facts) {
        boolean keep = facts.service(port.service())
                .filter(service -> service.selection().affinitySeconds() != 0)
                .isPresent();
        return !keep
                ? Map.of()
                : BackendLists.of(port, facts, settings).stream()
                        .flatMap(BackendLists::lists)
                        .flatMap(list -> list.backends().stream()
                                .map(backend -> new AffinityMember(
                                        list.list(), facts.numbers().backend(backend))))
                        .collect(Collectors.toMap(member -> member, _ -> 1));
    }
}
