package io.stentor.node;

import static io.stentor.node.NetworkFacts.ETH0;
import static io.stentor.node.NetworkFacts.VXLAN;
import static io.stentor.node.NetworkFacts.direct;
import static io.stentor.node.NetworkFacts.node;
import static io.stentor.node.NetworkFacts.onLink;
import static io.stentor.node.NetworkFacts.ours;
import static io.stentor.node.NetworkFacts.state;
import static io.stentor.node.NetworkFacts.tunnel;
import static io.stentor.node.NetworkFacts.underlay;
import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.Mac;
import io.stentor.kernel.net.Neighbour;
import io.stentor.kernel.net.Prefix;
import io.stentor.kernel.net.Route;
import io.stentor.model.Addresses;
import io.stentor.model.Attachment;
import io.stentor.model.Endpoint;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import io.stentor.model.Node;
import io.stentor.model.PodName;
import io.stentor.model.Problem;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DesiredNetworkTest {
    private static final Node A = node("a", List.of("192.168.1.1", "fd01::1"), List.of("10.0.1.0/24", "fd00:1::/112"));
    private static final Node B = node("b", List.of("192.168.1.2", "fd01::2"), List.of("10.0.2.0/24", "fd00:2::/112"));
    private static final Route OWN4 = ours("10.0.1.0/24").type(Route.Type.UNREACHABLE);
    private static final Route OWN6 = ours("fd00:1::/112").type(Route.Type.UNREACHABLE);

    private static InetAddress inet(String text) {
        return InetAddress.ofLiteral(text);
    }

    @Test
    void in_tunnel_mode_other_nodes_pods_are_behind_the_tunnels_gateway() {
        DesiredNetwork desired = DesiredNetwork.of(
                state(A, B),
                tunnel(true, true),
                underlay(Map.of("192.168.1.2", onLink("192.168.1.2")), "192.168.1.1/24", "fd01::1/64"));
        assertThat(desired.routes())
                .containsExactlyInAnyOrder(
                        OWN4,
                        OWN6,
                        ours("10.0.2.0/24")
                                .dev(VXLAN)
                                .via(inet("169.254.7.1"))
                                .onlink()
                                .source(inet("192.168.1.1")),
                        ours("fd00:2::/112")
                                .dev(VXLAN)
                                .via(inet("fe80::7:1"))
                                .onlink()
                                .source(inet("fd01::1")));
        Mac mac = Mac.of("02:53:54:4e:00:01");
        assertThat(desired.neighbours())
                .containsExactlyInAnyOrder(
                        Neighbour.permanent(VXLAN, inet("169.254.7.1"), mac),
                        Neighbour.permanent(VXLAN, inet("fe80::7:1"), mac));
        assertThat(desired.mtu()).isEqualTo(1450);
        assertThat(desired.problems()).isEmpty();
    }

    @Test
    void a_family_that_is_off_has_no_routes_and_ipv6_tunnels_cost_20_bytes_more() {
        DesiredNetwork desired = DesiredNetwork.of(
                state(A, B), tunnel(false, true), underlay(Map.of("fd01::2", onLink("fd01::2")), "fd01::1/64"));
        assertThat(desired.routes())
                .extracting(r -> r.destination().toString())
                .containsExactlyInAnyOrder("fd00:1:0:0:0:0:0:0/112", "fd00:2:0:0:0:0:0:0/112");
        assertThat(desired.mtu()).isEqualTo(1430);
    }

    @Test
    void a_peer_without_an_address_of_the_underlay_is_a_problem_and_the_others_are_reached() {
        Node c = node("c", List.of("fd01::3"), List.of("10.0.3.0/24"));
        DesiredNetwork desired =
                DesiredNetwork.of(state(A, B, c), tunnel(true, false), underlay(Map.of(), "192.168.1.1/24"));
        assertThat(desired.problems())
                .containsExactly(new Problem(
                        "CiliumNode/c",
                        "spec.addresses",
                        "the node has no IPv4 InternalIP: its pods cannot be reached from here"));
        assertThat(desired.routes())
                .extracting(r -> r.destination().toString())
                .containsExactlyInAnyOrder("10.0.1.0/24", "10.0.2.0/24");
    }

    @Test
    void native_routes_go_by_the_peers_address_where_it_is_on_a_shared_segment() {
        Node c = node("c", List.of("192.168.9.3"), List.of("10.0.3.0/24"));
        Route routed = Route.to(Prefix.of("192.168.9.3")).dev(ETH0).via(inet("192.168.1.254"));
        Underlay underlay = underlay(
                Map.of("192.168.1.2", onLink("192.168.1.2"), "fd01::2", onLink("fd01::2"), "192.168.9.3", routed),
                "192.168.1.1/24");
        DesiredNetwork desired = DesiredNetwork.of(state(A, B, c), direct(false), underlay);
        assertThat(desired.routes())
                .containsExactlyInAnyOrder(
                        OWN4,
                        OWN6,
                        ours("10.0.2.0/24").dev(ETH0).via(inet("192.168.1.2")).source(inet("192.168.1.1")),
                        ours("fd00:2::/112").dev(ETH0).via(inet("fd01::2")));
        assertThat(desired.problems())
                .containsExactly(new Problem(
                        "CiliumNode/c",
                        "spec.addresses",
                        "192.168.9.3 is behind the router 192.168.1.254, not on a segment shared with this node: no"
                                + " direct route to its pods in 10.0.3.0/24. Let the fabric route them and set"
                                + " direct-routing-skip-unreachable, or use the tunnel"));
        assertThat(desired.mtu()).isEqualTo(1500);
        assertThat(DesiredNetwork.of(state(A, B, c), direct(true), underlay).problems())
                .isEmpty();
    }

    @Test
    void the_mtu_follows_the_device_to_the_peers_not_the_smallest_of_any() {
        Map<Integer, Link> links = new HashMap<>();
        links.put(1, NetworkFacts.link(1, "tiny", "veth", 1280));
        links.put(2, NetworkFacts.link(2, "eth0", "", 9000));
        links.put(3, NetworkFacts.link(3, "eth1", "", 4000));
        Route way = Route.to(Prefix.of("192.168.1.2")).dev(3);
        Underlay underlay = new Underlay(
                links,
                List.of(io.stentor.kernel.net.Address.of(2, Prefix.of("192.168.1.1/24"))),
                Map.of(IpAddress.of("192.168.1.2"), way));
        assertThat(DesiredNetwork.of(state(A, B), tunnel(true, false), underlay).mtu())
                .isEqualTo(3950);
        links.put(3, NetworkFacts.link(3, "eth1", "", 1300));
        assertThat(DesiredNetwork.of(state(A, B), tunnel(true, true), underlay).problems())
                .containsExactly(new Problem(
                        "MTU",
                        "",
                        "pods' MTU is 1250, and IPv6 does not work below 1280: give the underlay a larger one, or switch"
                                + " IPv6 off"));
        Underlay alone = new Underlay(links, underlay.addresses(), Map.of());
        assertThat(DesiredNetwork.of(state(A), tunnel(true, false), alone).mtu())
                .isEqualTo(8950);
    }

    @Test
    void endpoints_whose_link_is_there_have_their_routes_and_neighbours() {
        Endpoint here = endpoint(1, ETH0, "10.0.1.5");
        Endpoint gone = endpoint(2, 99, "10.0.1.6");
        State state = state(A).with(Table.ENDPOINTS, here).with(Table.ENDPOINTS, gone);
        DesiredNetwork desired = DesiredNetwork.of(state, direct(false), underlay(Map.of()));
        assertThat(desired.routes())
                .containsExactlyInAnyOrder(OWN4, OWN6, ours("10.0.1.5").dev(ETH0));
        assertThat(desired.neighbours())
                .containsExactly(Neighbour.permanent(ETH0, inet("10.0.1.5"), Mac.of("02:00:00:00:00:09")));
    }

    private static Endpoint endpoint(int id, int ifindex, String address) {
        return new Endpoint(
                id,
                new Attachment("c" + id, "eth0", "stn" + id, ifindex, MacAddress.of("02:00:00:00:00:09")),
                new PodName("default", "p" + id, ""),
                new Addresses(Optional.of(IpAddress.of(address)), Optional.empty()),
                5);
    }
}
