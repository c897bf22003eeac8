package io.stentor.datapath.explain;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.AffinityEntry;
import io.stentor.bpf.generated.AffinityKey;
import io.stentor.bpf.generated.CtEntry;
import io.stentor.bpf.generated.CtHolder;
import io.stentor.bpf.generated.CtKey;
import io.stentor.bpf.generated.Event;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.NatEntry;
import io.stentor.bpf.generated.NatKey;
import io.stentor.datapath.EventRings;
import io.stentor.datapath.attach.ProcessorMaps;
import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.RingBuffer;
import io.stentor.kernel.bpf.TestResult;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;

/// The maps that programs write in a dry run: their own, with copies of those entries of the node's that
/// may matter.
///
/// @param own    by name
/// @param events the reading end of their rings
record Copies(Map<String, BpfMap> own, RingBuffer events) implements AutoCloseable {
    /// Of a table of connections: enough for those of one address.
    static final int ROOM = 16384;

    private static final List<MapSpec<CtKey, CtEntry>> CONNECTIONS =
            List.of(Maps.CT_ANSWERED, Maps.CT_OVERFLOW, Maps.CT_UNANSWERED);
    private static final List<MapSpec<NatKey, NatEntry>> MASQUERADED = List.of(Maps.NAT, Maps.NAT_UNANSWERED);

    static boolean holdsConnections(MapSpec<?, ?> map) {
        return CONNECTIONS.contains(map) || MASQUERADED.contains(map);
    }

    static Copies of(Bpf bpf, Map<String, BpfMap> live, Map<String, BpfMap> own, Set<Bytes16> concerned) {
        BpfMap rings = get(own, Maps.EVENTS);
        ProcessorMaps.fill(bpf, rings, Maps.EVENTS);
        for (MapSpec<CtKey, CtEntry> table : CONNECTIONS) {
            copy(
                    table,
                    live,
                    own,
                    (CtKey key, CtEntry _) -> concerned.contains(key.low()) && concerned.contains(key.high()));
        }
        for (MapSpec<NatKey, NatEntry> table : MASQUERADED) {
            copy(table, live, own, (NatKey key, NatEntry _) -> concerned.contains(key.remote()));
        }
        copy(Maps.AFFINITIES, live, own, (AffinityKey key, AffinityEntry _) -> concerned.contains(key.client()));
        copy(Maps.CT_OVERFLOW_USE, 0, live, own);
        copy(Maps.CT_ACCOUNTS, CtHolder.ALL, live, own);
        copy(Maps.CT_ACCOUNTS, CtHolder.NAT, live, own);
        return new Copies(own, EventRings.open(bpf, rings));
    }

    private static <K, V> void copy(
            MapSpec<K, V> map, Map<String, BpfMap> live, Map<String, BpfMap> own, BiPredicate<K, V> matters) {
        if (!own.containsKey(map.name())) {
            return;
        }
        List<BpfMap.Entry> found = new ArrayList<>();
        get(live, map).visit(entry -> {
            if (found.size() < ROOM / 2
                    && matters.test(map.key().decode(entry.key()), map.value().decode(entry.value()))) {
                found.add(entry);
            }
        });
        found.forEach(entry -> get(own, map).update(entry.key(), entry.value()));
    }

    /// An entry of an array.
    private static void copy(MapSpec<?, ?> map, int index, Map<String, BpfMap> live, Map<String, BpfMap> own) {
        byte[] key = BpfMap.index(index);
        if (own.containsKey(map.name())) {
            get(live, map).lookup(key).ifPresent(value -> get(own, map).update(key, value));
        }
    }

    private static BpfMap get(Map<String, BpfMap> maps, MapSpec<?, ?> wanted) {
        BpfMap map = maps.get(wanted.name());
        if (map == null) {
            throw new IllegalArgumentException("no map " + wanted.name() + " among " + maps.keySet());
        }
        return map;
    }

    Outcome outcome(TestResult result) {
        List<Event> seen = new ArrayList<>();
        events.drain(record -> seen.add(Event.CODEC.decode(record.toArray(ValueLayout.JAVA_BYTE))));
        Map<CtKey, CtEntry> connections = new HashMap<>();
        CONNECTIONS.reversed().forEach(table -> read(table, connections));
        Map<NatKey, NatEntry> masqueraded = new HashMap<>();
        MASQUERADED.reversed().forEach(table -> read(table, masqueraded));
        return new Outcome(result.value(), result.packet(), seen, connections, masqueraded);
    }

    private <K, V> void read(MapSpec<K, V> map, Map<K, V> to) {
        BpfMap held = own.get(map.name());
        if (held != null) {
            held.visit(
                    entry -> to.put(map.key().decode(entry.key()), map.value().decode(entry.value())));
        }
    }

    @Override
    public void close() {
        events.close();
    }
}
