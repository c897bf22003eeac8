package io.stentor.datapath.sweep;

import io.stentor.bpf.Field;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.CtEntry;
import io.stentor.bpf.generated.CtFlag;
import io.stentor.bpf.generated.CtKey;
import io.stentor.bpf.generated.CtScope;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.NatKey;
import io.stentor.bpf.generated.PeerKey;
import io.stentor.datapath.compile.Keys;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.net.Connection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/// Takes the connections of backends that are gone from them: clients shall not wait for an answer that does not come.
///
/// Sockets that were connected to such a backend for a service are ended, whoever connected to its own address is left
/// alone. Connections that are translated packet by packet are forgotten, and what they were masqueraded by: the next
/// packet is the first one to another backend, which answers a TCP connection in its midst by RST, and takes a
/// datagram;
/// where no backend is left, the programs answer.
///
/// However many backends left, each table is read once.
public final class Departures {
    private static final List<MapSpec<CtKey, CtEntry>> CONNECTIONS =
            List.of(Maps.CT_ANSWERED, Maps.CT_OVERFLOW, Maps.CT_UNANSWERED);

    private final Map<String, BpfMap> maps;
    private final Function<Set<Connection>, Integer> endSockets;

    /// What became of them.
    ///
    /// @param sockets     that were ended
    /// @param connections entries of conntrack that were forgotten
    /// @param masqueraded entries of NAT that were
    public record Ended(int sockets, int connections, int masqueraded) {}

    /// A connection as NAT has it, whatever address of the node it has.
    private record Masqueraded(Backend backend, int port) {}

    /// @param maps       by name
    /// @param endSockets ends those of them that it finds on this node, and tells how many
    public Departures(Map<String, BpfMap> maps, Function<Set<Connection>, Integer> endSockets) {
        this.maps = maps;
        this.endSockets = endSockets;
    }

    private BpfMap map(MapSpec<?, ?> spec) {
        BpfMap map = maps.get(spec.name());
        if (map == null) {
            throw new IllegalArgumentException("no map " + spec.name() + " among " + maps.keySet());
        }
        return map;
    }

    /// @throws io.stentor.kernel.KernelException if a map cannot be read or written, or sockets cannot be ended
    public Ended of(Collection<Backend> backends) {
        Set<Backend> gone = Set.copyOf(backends);
        Set<Masqueraded> behind = new HashSet<>();
        int connections = 0;
        for (MapSpec<CtKey, CtEntry> spec : CONNECTIONS) {
            connections += delete(map(spec), found -> isOver(found, gone, behind));
        }
        int masqueraded = 0;
        if (!behind.isEmpty()) {
            for (MapSpec<?, ?> spec : List.of(Maps.NAT, Maps.NAT_UNANSWERED)) {
                masqueraded += delete(map(spec), found -> behind.contains(masqueraded(found)));
            }
        }
        Set<Connection> sockets = sockets(gone);
        return new Ended(sockets.isEmpty() ? 0 : endSockets.apply(sockets), connections, masqueraded);
    }

    private static int delete(BpfMap map, Predicate<BpfMap.Entry> wanted) {
        List<byte[]> keys = new ArrayList<>();
        map.visit(found -> {
            if (wanted.test(found)) {
                keys.add(found.key());
            }
        });
        int deleted = 0;
        for (byte[] key : keys) {
            deleted += map.delete(key) ? 1 : 0;
        }
        return deleted;
    }

    /// @param behind gets what else there is of it
    private static boolean isOver(BpfMap.Entry found, Set<Backend> gone, Set<Masqueraded> behind) {
        if (Field.u32(found.value(), CtEntry.SERVICE_OFFSET) == 0) {
            return false;
        }
        CtEntry entry = CtEntry.CODEC.decode(found.value());
        CtKey key = CtKey.CODEC.decode(found.key());
        Backend backend = backend(key, entry);
        boolean over = gone.contains(backend);
        if (over && key.scope() == CtScope.FLOW && entry.natPort() != 0) {
            behind.add(new Masqueraded(backend, entry.natPort()));
        }
        return over;
    }

    /// Of a flow it is the end that did not begin.
    private static Backend backend(CtKey key, CtEntry entry) {
        return switch (key.scope()) {
            case SERVICE -> new Backend(entry.peer(), entry.peerPort(), key.protocol(), key.family());
            case FLOW ->
                (entry.flags() & CtFlag.HIGH_BEGAN) == 0
                        ? new Backend(key.high(), key.highPort(), key.protocol(), key.family())
                        : new Backend(key.low(), key.lowPort(), key.protocol(), key.family());
        };
    }

    private static Masqueraded masqueraded(BpfMap.Entry found) {
        NatKey key = NatKey.CODEC.decode(found.key());
        return new Masqueraded(
                new Backend(key.remote(), key.remotePort(), key.protocol(), key.family()), key.localPort());
    }

    /// Sockets are remembered without their protocol: each is asked for by those that such a backend had.
    private Set<Connection> sockets(Set<Backend> gone) {
        Set<Connection> sockets = new HashSet<>();
        List<Integer> protocols =
                gone.stream().map(Backend::protocol).distinct().toList();
        map(Maps.PEERS).visit(found -> {
            PeerKey key = PeerKey.CODEC.decode(found.key());
            for (int protocol : protocols) {
                if (gone.contains(new Backend(key.address(), key.port(), protocol, key.family()))) {
                    sockets.add(new Connection(protocol, key.cookie(), end(key)));
                }
            }
        });
        return sockets;
    }

    private static InetSocketAddress end(PeerKey key) {
        try {
            byte[] bytes = Keys.address(key.address(), key.family().code()).bytes();
            return new InetSocketAddress(InetAddress.getByAddress(bytes), key.port());
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
