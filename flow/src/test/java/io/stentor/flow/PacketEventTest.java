package io.stentor.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.CtState;
import io.stentor.bpf.generated.Direction;
import io.stentor.bpf.generated.Event;
import io.stentor.bpf.generated.EventType;
import io.stentor.bpf.generated.ObservationPoint;
import io.stentor.flow.EventFilter.Match;
import io.stentor.model.Addresses;
import io.stentor.model.Attachment;
import io.stentor.model.Cidr;
import io.stentor.model.Endpoint;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.PodName;
import io.stentor.model.RemotePod;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PacketEventTest {
    private static final State STATE = State.awaiting(Set.of())
            .with(Table.NODES, node("here", "192.168.7.1", "10.0.1.0/24"))
            .with(Table.NODES, node("there", "192.168.7.2", "10.0.2.0/24"))
            .with(Table.PODS, new RemotePod(IpAddress.of("10.0.2.9"), 5, IpAddress.of("192.168.7.2")))
            .with(
                    Table.ENDPOINTS,
                    new Endpoint(
                            7,
                            new Attachment("c", "eth0", "stn0", 30, new MacAddress(2)),
                            new PodName("demo", "client", "u"),
                            new Addresses(Optional.of(IpAddress.of("10.0.1.5")), Optional.empty()),
                            5));
    private static final Owners OWNERS = new Owners(STATE, "here");
    private static final KernelClock CLOCK = new KernelClock(1_000, Instant.parse("2026-01-01T00:00:01Z"));

    private static Node node(String name, String address, String pods) {
        return new Node(
                name,
                List.of(new NodeAddress(NodeAddress.Type.INTERNAL_IP, IpAddress.of(address))),
                List.of(Cidr.of(pods)));
    }

    private static PacketEvent event(String from, int endpoint, String to) {
        Event raw = new Event(
                500,
                bytes(from),
                bytes(to),
                4312,
                80,
                30,
                5,
                2,
                endpoint,
                0,
                74,
                EventType.DROP,
                132,
                ObservationPoint.FROM_ENDPOINT,
                CtState.NEW,
                Direction.EGRESS,
                4,
                6,
                0x12,
                0,
                0);
        return PacketEvent.of(raw, CLOCK, OWNERS);
    }

    private static Bytes16 bytes(String address) {
        return new Bytes16(IpAddress.of(address).low() << 32, 0);
    }

    @ParameterizedTest
    @CsvSource({
        "192.168.7.1, host, here",
        "192.168.7.2, node there, there",
        "10.0.1.5, demo/client, here",
        "10.0.2.9, pod on there, there",
        "10.0.2.77, pod on there, there",
    })
    void addresses_have_owners(String address, String who, String node) {
        assertThat(OWNERS.of(IpAddress.of(address))).hasValueSatisfying(owner -> {
            assertThat(owner).hasToString(who);
            assertThat(owner.node()).isEqualTo(node);
        });
    }

    @Test
    void the_rest_is_the_world() {
        assertThat(OWNERS.of(IpAddress.of("203.0.113.7"))).isEmpty();
        assertThat(event("10.0.1.5", 7, "203.0.113.7").destination().who()).isEqualTo("world");
    }

    @Test
    void a_forged_address_does_not_hide_the_pod_that_sent_it() {
        PacketEvent seen = event("10.0.2.9", 7, "10.0.2.9");

        assertThat(seen.source().who()).isEqualTo("demo/client");
        assertThat(seen.source().address()).contains(IpAddress.of("10.0.2.9"));
        assertThat(seen.sighting().reasonText()).isEqualTo("Invalid source ip");
        assertThat(seen.time()).isEqualTo(Instant.parse("2026-01-01T00:00:00.999999500Z"));
        assertThat(Wire.tcpFlags(seen.packet().tcpFlags())).containsExactly("SYN", "ACK");
    }

    @ParameterizedTest
    @CsvSource({
        "7, true, false",
        "8, false, false",
        "10.0.1.5, true, false",
        "10.0.2.0/24, false, true",
        "demo/client, true, false",
        "there, false, false",
        "pod on there, false, true",
        "world, false, false",
    })
    void an_end_is_named_by_number_address_range_or_name(String text, boolean from, boolean to) {
        PacketEvent seen = event("10.0.1.5", 7, "10.0.2.9");
        Optional<Match> match = Optional.of(Match.parse(text));
        Optional<Match> any = Optional.empty();

        assertThat(new EventFilter(Set.of(), match, any, any).test(seen)).isEqualTo(from);
        assertThat(new EventFilter(Set.of(), any, match, any).test(seen)).isEqualTo(to);
        assertThat(new EventFilter(Set.of(), any, any, match).test(seen)).isEqualTo(from || to);
        assertThat(new EventFilter(Set.of(EventType.TRACE), match, any, any).test(seen))
                .isFalse();
    }
}
