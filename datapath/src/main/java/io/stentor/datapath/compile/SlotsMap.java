package io.stentor.datapath.compile;

import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.SlotKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The map `slots`: the lists of backends, whose numbers are those of the services' ports.
final class SlotsMap implements MapFamily<PortName, SlotKey, Integer> {
    private final MapSettings settings;

    SlotsMap(MapSettings settings) {
        this.settings = settings;
    }

    @Override
    public MapSpec<SlotKey, Integer> map() {
        return Maps.SLOTS;
    }

    @Override
    public Stream<PortName> concerned(Change change) {
        return ServiceSubjects.ports(change);
    }

    @Override
    public Map<SlotKey, Integer> entries(PortName port, Facts facts) {
        Map<SlotKey, Integer> entries = new HashMap<>();
        BackendLists.of(port, facts, settings).stream()
                .flatMap(BackendLists::lists)
                .forEach(list -> {
                    List<Backend> backends = list.backends();
                    for (int slot = 0; slot < backends.size(); slot++) {
                        entries.put(
                                new SlotKey(list.list(), slot), facts.numbers().backend(backends.get(slot)));
                    }
                });
        return entries;
    }
}
