package io.stentor.agent.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.bpf.Bytes16;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.CtEntry;
import io.stentor.bpf.generated.CtFlag;
import io.stentor.bpf.generated.CtKey;
import io.stentor.bpf.generated.CtScope;
import io.stentor.bpf.generated.FrontendKey;
import io.stentor.bpf.generated.Maps;
import io.stentor.flow.KernelClock;
import io.stentor.flow.Wire;
import io.stentor.kernel.bpf.BpfMap;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The tables of connections joined, each entry from the side that began, with the names of what it is
/// about.
final class ConnectionRows {
    private static final List<MapSpec<CtKey, CtEntry>> TABLES =
            List.of(Maps.CT_ANSWERED, Maps.CT_OVERFLOW, Maps.CT_UNANSWERED);

    private final Map<String, BpfMap> maps;
    private final MapNames names;
    private final KernelClock clock;

    /// @param maps by name, those of connections among them
    ConnectionRows(Map<String, BpfMap> maps, MapNames names, KernelClock clock) {
        this.maps = maps;
        this.names = names;
        this.clock = clock;
    }

    void pass(Sieve.Pass to) throws IOException {
        for (MapSpec<CtKey, CtEntry> table : TABLES) {
            // The visitor cannot throw what the reply does.
            List<IOException> gone = new ArrayList<>(1);
            JoinedMaps.map(maps, table).visit(found -> {
                if (gone.isEmpty()) {
                    try {
                        add(table, CtKey.CODEC.decode(found.key()), CtEntry.CODEC.decode(found.value()), to);
                    } catch (IOException asker) {
                        gone.add(asker);
                    }
                }
            });
            if (!gone.isEmpty()) {
                throw gone.getFirst();
            }
        }
        to.end();
    }

    private void add(MapSpec<?, ?> table, CtKey key, CtEntry entry, Sieve.Pass to) throws IOException {
        End low = new End(key.low(), key.lowPort(), key.family());
        End high = new End(key.high(), key.highPort(), key.family());
        boolean highBegan = key.scope() == CtScope.SERVICE
                ? isFrontend(low, key.protocol())
                : (entry.flags() & CtFlag.HIGH_BEGAN) != 0;
        End source = highBegan ? high : low;
        End destination = highBegan ? low : high;
        List<End> ends = new ArrayList<>(List.of(source, destination));
        ObjectNode row = Rows.object()
                .put("protocol", Wire.protocol(key.protocol()))
                .put("scope", Wire.text(key.scope()))
                .put("source", source.toString())
                .put("sourceName", names.owner(source))
                .put("destination", destination.toString())
                .put("destinationName", names.owner(destination))
                .put("state", state(table, entry))
                .put("service", names.service(entry.service()));
        if (entry.service() == 0) {
            row.put("peer", "");
        } else {
            End peer = new End(entry.peer(), entry.peerPort(), key.family());
            ends.add(peer);
            row.put("peer", peer.toString());
        }
        row.put("natPort", entry.natPort())
                .put("endpoint", names.endpoint(entry.endpoint()))
                .put("identity", Integer.toUnsignedLong(entry.sourceIdentity()))
                .put("secondsLeft", clock.secondsUntil(entry.deadline()))
                .put("table", table.name());
        to.add(row, ends);
    }

    /// Of what is called by a service's address the entry does not say which end called.
    private boolean isFrontend(End end, int protocol) {
        BpfMap frontends = JoinedMaps.map(maps, Maps.FRONTENDS);
        return holds(frontends, new FrontendKey(end.address(), end.port(), protocol, end.family()))
                || (names.owner(end).startsWith("host")
                        && holds(frontends, new FrontendKey(Bytes16.ZERO, end.port(), protocol, end.family())));
    }

    private static boolean holds(BpfMap frontends, FrontendKey key) {
        return frontends.lookup(FrontendKey.CODEC.encode(key)).isPresent();
    }

    /// In the words of docs/packet-walk.md.
    private String state(MapSpec<?, ?> table, CtEntry entry) {
        boolean origin = (entry.closes() & 0xffff) != 0;
        boolean peer = entry.closes() >>> 16 != 0;
        if (entry.deadline() < clock.monotonic()) {
            return "over";
        }
        if (origin && peer) {
            return "ended";
        }
        if (origin || peer) {
            return "half-closed";
        }
        if (table.equals(Maps.CT_UNANSWERED)) {
            return (entry.flags() & CtFlag.ANSWERED) != 0 ? "answered" : "new";
        }
        return "in use";
    }

    /// The state of the connection between two ends, wherever it stands; empty if there is none.
    String state(End one, End other, int protocol) {
        boolean swap = sortsAfter(one, other);
        End low = swap ? other : one;
        End high = swap ? one : other;
        byte[] key = new CtKey(
                        low.address(), high.address(), low.port(), high.port(), protocol, one.family(), CtScope.FLOW)
                .encode();
        for (MapSpec<CtKey, CtEntry> table : TABLES) {
            var found = JoinedMaps.map(maps, table).lookup(key);
            if (found.isPresent()) {
                return state(table, CtEntry.CODEC.decode(found.get()));
            }
        }
        return "";
    }

    /// As `end_sorts_after()` of lib/conntrack.h: halves and ports as numbers of the machine, whose order
    /// of bytes is not the network's.
    private static boolean sortsAfter(End a, End b) {
        int order = Long.compareUnsigned(
                machine(a.address().high()), machine(b.address().high()));
        order = order != 0
                ? order
                : Long.compareUnsigned(
                        machine(a.address().low()), machine(b.address().low()));
        return order != 0 ? order > 0 : machine(a.port()) > machine(b.port());
    }

    private static long machine(long network) {
        return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? network : Long.reverseBytes(network);
    }

    private static int machine(int port) {
        return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN
                ? port
                : Short.toUnsignedInt(Short.reverseBytes((short) port));
    }
}
