package io.stentor.datapath.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.CtEntry;
import io.stentor.bpf.generated.CtKey;
import io.stentor.bpf.generated.CtScope;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.Peer;
import io.stentor.bpf.generated.PeerKey;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.fake.FakeKernel;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeparturesTest {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final Bytes16 GONE = new Bytes16(1L << 32, 0);
    private static final Bytes16 THERE = new Bytes16(2L << 32, 0);

    private final Map<String, BpfMap> maps = new HashMap<>();
    private final Set<Long> ended = new HashSet<>();
    private final Departures departures;

    DeparturesTest() {
        FakeKernel kernel = new FakeKernel();
        for (MapSpec<?, ?> spec : Maps.ALL) {
            maps.put(
                    spec.name(),
                    kernel.bpf()
                            .createMap(io.stentor.kernel.bpf.MapSpec.of(
                                    spec.name(),
                                    MapType.of(spec.type().code()),
                                    spec.key().size(),
                                    spec.value().size(),
                                    spec.shape().maxEntries())));
        }
        departures = new Departures(maps, cookies -> {
            ended.addAll(cookies);
            return cookies.size();
        });
    }

    private void connection(MapSpec<CtKey, CtEntry> map, int port, CtScope scope, Bytes16 peer, int protocol) {
        CtKey key = new CtKey(Bytes16.ZERO, Bytes16.ZERO, port, 80, protocol, Family.IPV4, scope);
        CtEntry entry = CtEntry.ZERO.withPeer(peer).withPeerPort(8080).withService(1);
        maps.get(map.name()).update(key.encode(), entry.encode());
    }

    private void socket(long cookie, Bytes16 backend, int port) {
        maps.get("peers")
                .update(
                        new PeerKey(cookie, backend, port, Family.IPV4).encode(),
                        new Peer(Bytes16.ZERO, 80, 1).encode());
    }

    @Test
    void what_was_led_to_a_backend_that_is_gone_is_ended_and_nothing_else() {
        connection(Maps.CT_ANSWERED, 1, CtScope.SERVICE, GONE, TCP);
        connection(Maps.CT_UNANSWERED, 2, CtScope.SERVICE, GONE, TCP);
        connection(Maps.CT_OVERFLOW, 3, CtScope.SERVICE, GONE, TCP);
        connection(Maps.CT_ANSWERED, 4, CtScope.SERVICE, GONE, UDP);
        connection(Maps.CT_ANSWERED, 5, CtScope.SERVICE, THERE, TCP);
        // whom a client asked for has the address of something else that is gone
        connection(Maps.CT_ANSWERED, 6, CtScope.FLOW, GONE, TCP);
        socket(11, GONE, 8080);
        socket(12, GONE, 8081);
        socket(13, THERE, 8080);

        Departures.Ended result = departures.of(List.of(new Backend(GONE, 8080, TCP, Family.IPV4)));

        assertThat(result).isEqualTo(new Departures.Ended(1, 3));
        assertThat(ended).containsExactly(11L);
        assertThat(maps.get("ct_answered").keys()).hasSize(3);
        assertThat(maps.get("ct_unanswered").keys()).isEmpty();
        assertThat(maps.get("ct_overflow").keys()).isEmpty();
    }
}
