package io.stentor.datapath.compile;

import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.Maps;
import java.util.Map;
import java.util.stream.Stream;

/// The map `backends`: all that stand behind services' ports, by their numbers, whether they can be used or not. One
/// that comes back keeps its number, and no list has to wait for its entry.
final class BackendsMap implements MapFamily<Backend, Integer, Backend> {

    @Override
    public MapSpec<Integer, Backend> map() {
        return Maps.BACKENDS;
    }

    @Override
    public Stream<Backend> concerned(Change change) {
        return ServiceSubjects.backendsComeOrGone(change);
    }

    @Override
    public Map<Integer, Backend> entries(Backend backend, Facts facts) {
        return facts.has(backend) ? Map.of(facts.numbers().backend(backend), backend) : Map.of();
    }
}
