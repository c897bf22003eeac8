package io.stentor.agent.api;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.NatKey;
import io.stentor.kernel.bpf.BpfMap;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/// How masqueraded connections share the node's ports: each remote end has all of them to itself, so the
/// one that most connections go to is the first to run out.
final class MasqueradeUse {
    private MasqueradeUse() {}

    private record Remote(Bytes16 address, int port, Bytes16 local, int protocol, Family family) {}

    /// Connections to the busiest remote end of each family; zero where there is none.
    ///
    /// @param nat the map of that name
    static Map<Family, Integer> busiest(BpfMap nat) {
        Map<Remote, Integer> counts = new HashMap<>();
        nat.visit(entry -> {
            NatKey key = NatKey.CODEC.decode(entry.key());
            counts.merge(
                    new Remote(key.remote(), key.remotePort(), key.local(), key.protocol(), key.family()),
                    1,
                    Integer::sum);
        });
        Map<Family, Integer> busiest = new EnumMap<>(Family.class);
        for (Family family : Family.values()) {
            busiest.put(family, 0);
        }
        counts.forEach((remote, count) -> busiest.merge(remote.family(), count, Math::max));
        return Collections.unmodifiableMap(busiest);
    }
}
