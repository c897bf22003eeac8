package io.stentor.datapath.compile;

import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.SourceRangeKey;
import io.stentor.model.Cidr;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The map `source_ranges`: clients that services let in, or keep out.
final class SourceRangesMap implements MapFamily<PortName, SourceRangeKey, Integer> {

    @Override
    public MapSpec<SourceRangeKey, Integer> map() {
        return Maps.SOURCE_RANGES;
    }

    @Override
    public Stream<PortName> concerned(Change change) {
        return ServiceSubjects.portsOfServices(change);
    }

    @Override
    public Map<SourceRangeKey, Integer> entries(PortName port, Facts facts) {
        Integer number = facts.numbers().service(port);
        return number == null || !facts.has(port) || facts.isAwaited(port)
                ? Map.of()
                : facts.service(port.service()).stream()
                        .flatMap(service -> service.reach().sourceRanges().stream())
                        .filter(range -> isOf(range, port))
                        .distinct()
                        .collect(Collectors.toMap(range -> Keys.of(number, range), _ -> 1));
    }

    private static boolean isOf(Cidr range, PortName port) {
        return Keys.number(range.family()) == port.family().code();
    }
}
