package io.stentor.datapath.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.CtEntry;
import io.stentor.bpf.generated.CtFlag;
import io.stentor.bpf.generated.CtKey;
import io.stentor.bpf.generated.CtScope;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.NatEntry;
import io.stentor.bpf.generated.NatKey;
import io.stentor.bpf.generated.Peer;
import io.stentor.bpf.generated.PeerKey;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.fake.FakeKernel;
import io.stentor.kernel.net.Connection;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DeparturesTest {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final Bytes16 CLIENT = new Bytes16(9L << 32, 0);
    private static final Bytes16 SERVICE = new Bytes16(10L << 32, 0);
    private static final Bytes16 GONE = new Bytes16(1L << 32, 0);
    private static final Bytes16 THERE = new Bytes16(2L << 32, 0);

    private final Map<String, BpfMap> maps = new HashMap<>();
    private final Set<Connection> ended = new HashSet<>();
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
        departures = new Departures(maps, connections -> {
            ended.addAll(connections);
            return connections.size();
        });
    }

    private void connection(MapSpec<CtKey, CtEntry> map, int port, CtScope scope, Bytes16 peer, int protocol) {
        CtKey key = new CtKey(CLIENT, SERVICE, port, 80, protocol, Family.IPV4, scope);
        CtEntry entry = CtEntry.ZERO.withPeer(peer).withPeerPort(8080).withService(1);
        maps.get(map.name()).update(key.encode(), entry.encode());
    }

    /// @param began whether the backend, the other end, sorts first
    private void flow(int port, Bytes16 backend, int natPort, boolean began) {
        CtKey key = began
                ? new CtKey(backend, CLIENT, 8080, port, UDP, Family.IPV4, CtScope.FLOW)
                : new CtKey(CLIENT, backend, port, 8080, UDP, Family.IPV4, CtScope.FLOW);
        CtEntry entry = CtEntry.ZERO
                .withFlags(began ? CtFlag.HIGH_BEGAN : 0)
                .withPeer(SERVICE)
                .withPeerPort(80)
                .withNatPort(natPort)
                .withService(1);
        maps.get("ct_answered").update(key.encode(), entry.encode());
    }

    private void masqueraded(String map, Bytes16 remote, int port) {
        NatKey key = new NatKey(remote, CLIENT, 8080, port, UDP, Family.IPV4);
        maps.get(map).update(key.encode(), NatEntry.ZERO.encode());
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

        assertThat(result).isEqualTo(new Departures.Ended(1, 3, 0));
        assertThat(ended).containsExactly(new Connection(TCP, 11, new InetSocketAddress("0.0.0.1", 8080)));
        assertThat(maps.get("ct_answered").keys()).hasSize(3);
        assertThat(maps.get("ct_unanswered").keys()).isEmpty();
        assertThat(maps.get("ct_overflow").keys()).isEmpty();
    }

    @Test
    void of_a_flow_the_backend_is_who_did_not_begin_and_what_masquerades_it_goes_too() {
        flow(1, GONE, 40001, true);
        flow(2, GONE, 40002, false);
        flow(3, THERE, 40003, true);
        masqueraded("nat", GONE, 40001);
        masqueraded("nat_unanswered", GONE, 40002);
        masqueraded("nat", THERE, 40003);
        // somebody's who speaks with the same address on his own account
        masqueraded("nat", GONE, 40004);

        Departures.Ended result = departures.of(List.of(new Backend(GONE, 8080, UDP, Family.IPV4)));

        assertThat(result).isEqualTo(new Departures.Ended(0, 2, 2));
        assertThat(maps.get("ct_answered").keys()).hasSize(1);
        assertThat(maps.get("nat").keys()).hasSize(2);
        assertThat(maps.get("nat_unanswered").keys()).isEmpty();
    }

    @Test
    void a_socket_is_asked_for_by_the_protocols_that_are_gone() {
        socket(11, GONE, 8080);

        departures.of(List.of(new Backend(GONE, 8080, UDP, Family.IPV4), new Backend(THERE, 8080, TCP, Family.IPV4)));

        assertThat(ended).extracting(Connection::protocol).containsExactly(UDP);
    }

    @Test
    void what_leaves_while_others_are_seen_to_is_seen_to_together() throws Exception {
        connection(Maps.CT_ANSWERED, 1, CtScope.SERVICE, GONE, TCP);
        connection(Maps.CT_ANSWERED, 2, CtScope.SERVICE, THERE, TCP);
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch both = new CountDownLatch(2);
        List<Integer> rounds = new CopyOnWriteArrayList<>();
        socket(11, GONE, 8080);
        socket(12, THERE, 8080);
        Departures slow = new Departures(maps, connections -> {
            rounds.add(connections.size());
            try {
                first.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            both.countDown();
            return connections.size();
        });
        try (DepartureLoop loop = DepartureLoop.start(slow)) {
            loop.gone(List.of(new Backend(GONE, 8080, TCP, Family.IPV4)));
            while (rounds.isEmpty()) {
                Thread.onSpinWait();
            }
            loop.gone(List.of(new Backend(THERE, 8080, TCP, Family.IPV4)));
            loop.gone(List.of(new Backend(THERE, 8081, TCP, Family.IPV4)));
            first.countDown();
            assertThat(both.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(rounds).containsExactly(1, 1);
        assertThat(maps.get("ct_answered").keys()).isEmpty();
    }
}
