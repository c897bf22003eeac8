package io.stentor.datapath.sweep;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.CtEntry;
import io.stentor.bpf.generated.CtKey;
import io.stentor.bpf.generated.CtScope;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.PeerKey;
import io.stentor.kernel.bpf.BpfMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Takes the connections of backends that are gone from them: clients shall not wait for an answer that does not come.
///
/// Sockets that were connected to such a backend for a service are ended, whoever connected to its own address is left
/// alone. Of connections that are translated packet by packet the entry of the service goes: the next packet is the
/// first one to another backend, which answers a TCP connection in its midst by RST, and takes a datagram.
public final class Departures {
    private static final List<MapSpec<CtKey, CtEntry>> CONNECTIONS =
            List.of(Maps.CT_ANSWERED, Maps.CT_OVERFLOW, Maps.CT_UNANSWERED);

    private final Function<MapSpec<?, ?>, BpfMap> maps;
    private final Function<Set<Long>, Integer> endSockets;

    /// What became of them.
    ///
    /// @param sockets     that were ended
    /// @param connections that were forgotten
    public record Ended(int sockets, int connections) {}

    private record End(Bytes16 address, int port, Family family) {
        static End of(Backend backend) {
            return new End(backend.address(), backend.port(), backend.family());
        }
    }

    /// @param maps       by name
    /// @param endSockets ends those of them that it finds on this node, by their cookies, and tells how many
    public Departures(Map<String, BpfMap> maps, Function<Set<Long>, Integer> endSockets) {
        this.maps = spec -> {
            BpfMap map = maps.get(spec.name());
            if (map == null) {
                throw new IllegalArgumentException("no map " + spec.name() + " among " + maps.keySet());
            }
            return map;
        };
        this.endSockets = endSockets;
    }

    /// @throws io.stentor.kernel.KernelException if a map cannot be read or written, or sockets cannot be ended
    public Ended of(Collection<Backend> gone) {
        int connections = forget(Set.copyOf(gone));
        Set<Long> cookies = sockets(gone.stream().map(End::of).collect(Collectors.toSet()));
        return new Ended(cookies.isEmpty() ? 0 : endSockets.apply(cookies), connections);
    }

    private int forget(Set<Backend> gone) {
        int forgotten = 0;
        for (MapSpec<CtKey, CtEntry> spec : CONNECTIONS) {
            BpfMap map = maps.apply(spec);
            List<byte[]> late = new ArrayList<>();
            map.visit(found -> {
                CtKey key = CtKey.CODEC.decode(found.key());
                if (key.scope() == CtScope.SERVICE && gone.contains(backend(key, found.value()))) {
                    late.add(found.key());
                }
            });
            for (byte[] key : late) {
                forgotten += map.delete(key) ? 1 : 0;
            }
        }
        return forgotten;
    }

    private static Backend backend(CtKey key, byte[] value) {
        CtEntry entry = CtEntry.CODEC.decode(value);
        return new Backend(entry.peer(), entry.peerPort(), key.protocol(), key.family());
    }

    private Set<Long> sockets(Set<End> gone) {
        Set<Long> cookies = new HashSet<>();
        maps.apply(Maps.PEERS).visit(found -> {
            PeerKey key = PeerKey.CODEC.decode(found.key());
            if (gone.contains(new End(key.address(), key.port(), key.family()))) {
                cookies.add(key.cookie());
            }
        });
        return cookies;
    }
}
