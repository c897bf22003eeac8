package io.stentor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.kernel.net.Address;
import io.stentor.kernel.net.Change;
import io.stentor.kernel.net.Event;
import io.stentor.kernel.net.IpVersion;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.LinkSetting;
import io.stentor.kernel.net.LinkSpec;
import io.stentor.kernel.net.Mac;
import io.stentor.kernel.net.Neighbour;
import io.stentor.kernel.net.Netlink;
import io.stentor.kernel.net.Prefix;
import io.stentor.kernel.net.Route;
import io.stentor.kernel.net.Rule;
import io.stentor.kernel.net.Subscription;
import io.stentor.kernel.net.Topic;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What holds for routing in the real kernel and in the fake one.
abstract class NetlinkContract {
    private static final Mac HOST_MAC = Mac.of("02:53:54:4e:00:01");
    private static final Mac POD_MAC = Mac.of("02:00:00:00:00:07");

    Path host;
    Path pod;
    Netlink net;

    abstract Kernel kernel();

    /// A new namespace, gone after the test.
    abstract Path namespace();

    @BeforeEach
    void open() {
        host = namespace();
        pod = namespace();
        net = kernel().netlink(host);
    }

    @AfterEach
    void close() {
        net.close();
    }

    Link pair() {
        return net.addLink(new LinkSpec.Veth(
                        "stn0",
                        List.of(
                                LinkSetting.mtu(1400),
                                LinkSetting.mac(HOST_MAC),
                                LinkSetting.alias("of pod a/b"),
                                new LinkSetting.NoGeneratedAddress(),
                                LinkSetting.up()),
                        "eth0",
                        List.of(
                                LinkSetting.namespace(pod),
                                LinkSetting.mtu(1400),
                                LinkSetting.mac(POD_MAC),
                                LinkSetting.up())))
                .orElseThrow();
    }

    @Test
    void a_veth_pair_reaches_into_another_namespace_with_all_that_was_asked_for() {
        Link link = pair();

        assertThat(link.kind()).isEqualTo("veth");
        assertThat(link.mtu()).isEqualTo(1400);
        assertThat(link.mac()).contains(HOST_MAC);
        assertThat(link.alias()).isEqualTo("of pod a/b");
        assertThat(link.up()).isTrue();
        assertThat(net.addresses()).noneMatch(address -> address.ifindex() == link.index());
        try (Netlink inside = kernel().netlink(pod)) {
            Link eth0 = inside.link("eth0").orElseThrow();
            assertThat(eth0.mac()).contains(POD_MAC);
            assertThat(eth0.index()).isEqualTo(link.peer());
            assertThat(eth0.place().peerNamespace()).isNotNegative();
            assertThat(inside.links()).extracting(Link::name).contains("lo", "eth0");
        }
        assertThat(net.link(link.index())).map(Link::name).contains("stn0");
        assertThat(net.deleteLink(link.index())).isTrue();
        assertThat(net.deleteLink(link.index())).isFalse();
        assertThat(net.link("stn0")).isEmpty();
    }

    @Test
    void settings_change_a_link_and_move_it() {
        Link link = pair();
        net.setLink(link.index(), LinkSetting.down());
        net.setLink(link.index(), LinkSetting.name("stn1"), LinkSetting.mtu(1300), LinkSetting.alias("other"));

        assertThat(net.link("stn1")).hasValueSatisfying(changed -> {
            assertThat(changed.up()).isFalse();
            assertThat(changed.mtu()).isEqualTo(1300);
            assertThat(changed.alias()).isEqualTo("other");
        });
        Path third = namespace();
        net.setLink(link.index(), LinkSetting.namespace(third));
        assertThat(net.link("stn1")).isEmpty();
        try (Netlink there = kernel().netlink(third)) {
            assertThat(there.link("stn1")).isPresent();
        }
    }

    @Test
    void a_bridge_takes_ports_and_a_vxlan_device_takes_its_peers_from_metadata() {
        Link bridge = net.addLink(new LinkSpec.Bridge("br0", List.of(LinkSetting.up())))
                .orElseThrow();
        Link port = pair();
        net.setLink(port.index(), LinkSetting.master(bridge.index()));
        assertThat(net.link("stn0")).map(Link::master).contains(bridge.index());

        Link vxlan = net.addLink(
                        new LinkSpec.Vxlan("stentor_vxlan", List.of(LinkSetting.mtu(1450), LinkSetting.up()), 8472))
                .orElseThrow();
        assertThat(vxlan.kind()).isEqualTo("vxlan");
        assertThat(vxlan.up()).isTrue();
    }

    @Test
    void addresses_come_back_as_they_were_given() {
        Link link = pair();
        Address ipv4 = Address.of(link.index(), Prefix.of("10.1.2.3/24"));
        Address ipv6 = Address.of(link.index(), Prefix.of("fd00::3/64"));
        net.addAddress(ipv4);
        net.addAddress(ipv6);

        assertThat(net.addresses()).contains(ipv4, ipv6);
        assertThatThrownBy(() -> net.addAddress(ipv4)).hasMessageContaining("EEXIST");
        net.replaceAddress(ipv4);
        assertThat(net.deleteAddress(ipv4)).isTrue();
        assertThat(net.deleteAddress(ipv4)).isFalse();
        assertThat(net.addresses()).contains(ipv6).doesNotContain(ipv4);
    }

    @Test
    void routes_of_every_shape_come_back_equal() {
        Link link = pair();
        net.addAddress(Address.of(link.index(), Prefix.of("10.1.2.3/32")));
        int dev = link.index();
        List<Route> routes = List.of(
                Route.to(Prefix.of("10.9.0.1")).dev(dev).protocol(83),
                Route.to(Prefix.of("10.8.0.0/16"))
                        .dev(dev)
                        .via(address("169.254.7.1"))
                        .onlink()
                        .protocol(83)
                        .mtu(1350)
                        .source(address("10.1.2.3")),
                Route.to(Prefix.of("10.7.0.0/16"))
                        .dev(dev)
                        .table(1000)
                        .metric(7)
                        .protocol(83),
                Route.to(Prefix.of("10.6.0.0/16")).type(Route.Type.BLACKHOLE).protocol(83),
                Route.to(Prefix.of("fd00:1::1")).dev(dev).protocol(83),
                Route.byDefault(IpVersion.IPV6)
                        .dev(dev)
                        .via(address("fe80::7:1"))
                        .protocol(83),
                Route.to(Prefix.of("fd00:6::/64")).type(Route.Type.BLACKHOLE).protocol(83));

        assertThat(net.apply(routes.stream().<Change>map(Change.AddRoute::new).toList()))
                .allMatch(Optional::isEmpty);

        assertThat(net.routes().stream().filter(route -> route.protocol() == 83))
                .containsExactlyInAnyOrderElementsOf(routes);
        assertThat(net.routeTo(address("10.8.1.1"))).hasValueSatisfying(route -> {
            assertThat(route.gateway()).contains(address("169.254.7.1"));
            assertThat(route.attributes().source()).contains(address("10.1.2.3"));
        });
        assertThat(net.routeTo(address("203.0.113.1"))).isEmpty();
        net.replaceRoute(routes.getFirst().mtu(1200));
        assertThat(net.routes()).contains(routes.getFirst().mtu(1200)).doesNotContain(routes.getFirst());
        assertThat(net.deleteRoute(routes.getFirst().mtu(1200))).isTrue();
        assertThat(net.deleteRoute(routes.getFirst())).isFalse();
    }

    @Test
    void many_changes_go_at_once_and_each_has_its_own_answer() {
        Link link = pair();
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            changes.add(new Change.AddRoute(
                    Route.to(Prefix.of("10.3." + i / 250 + "." + i % 250)).dev(link.index())));
        }
        changes.set(500, changes.getFirst());

        List<Optional<KernelException>> results = net.apply(changes);

        assertThat(results).hasSize(1000);
        assertThat(results.get(500))
                .hasValueSatisfying(failure -> assertThat(failure.errno()).isEqualTo(Errno.EEXIST));
        assertThat(results.stream().filter(Optional::isPresent)).hasSize(1);
        assertThat(net.routes().stream().filter(route -> route.ifindex() == link.index() && route.protocol() == 4))
                .hasSize(999);
    }

    @Test
    void rules_come_back_as_they_were_given() {
        Rule marked = new Rule(IpVersion.IPV4, 100, Rule.Match.ALL.mark(0x200, 0xf00), 2004, 83);
        Rule ranged = new Rule(
                IpVersion.IPV6, 101, Rule.Match.ALL.from(Prefix.of("fd00::/8")).in("lo"), 50, 83);
        net.addRule(marked);
        net.addRule(ranged);

        assertThat(net.rules()).contains(marked, ranged);
        assertThat(net.deleteRule(marked)).isTrue();
        assertThat(net.deleteRule(marked)).isFalse();
    }

    @Test
    void permanent_neighbours_come_back_as_they_were_given() {
        Link link = pair();
        Neighbour ipv4 = Neighbour.permanent(link.index(), address("10.9.0.1"), POD_MAC);
        Neighbour ipv6 = Neighbour.permanent(link.index(), address("fd00:1::1"), POD_MAC);
        net.addNeighbour(ipv4);
        net.replaceNeighbour(ipv6);

        assertThat(net.neighbours()).contains(ipv4, ipv6);
        Neighbour moved = Neighbour.permanent(link.index(), address("10.9.0.1"), HOST_MAC);
        net.replaceNeighbour(moved);
        assertThat(net.neighbours()).contains(moved).doesNotContain(ipv4);
        assertThat(net.deleteNeighbour(moved)).isTrue();
        assertThat(net.deleteNeighbour(moved)).isFalse();
    }

    @Test
    void a_refusal_carries_the_sentence_of_the_kernel() {
        pair();

        assertThatThrownBy(() -> net.addRoute(Route.to(Prefix.of("10.5.0.0/16")).via(address("192.0.2.1"))))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("ENETUNREACH")
                .hasMessageContaining("gateway");
        assertThatThrownBy(() -> net.addLink(new LinkSpec.Bridge("stn0", List.of())))
                .hasMessageContaining("EEXIST (already there)");
    }

    @Test
    void what_changes_is_told_until_the_subscription_is_closed() throws InterruptedException {
        BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        Link link;
        try (Subscription _ = net.subscribe(Set.of(Topic.values()), events::add)) {
            link = pair();
            Address address = Address.of(link.index(), Prefix.of("10.1.2.3/24"));
            net.addAddress(address);
            Neighbour neighbour = Neighbour.permanent(link.index(), address("10.1.2.9"), POD_MAC);
            net.addNeighbour(neighbour);
            net.deleteLink(link.index());

            List<Event> seen = new ArrayList<>();
            Event event;
            do {
                event = events.poll(10, TimeUnit.SECONDS);
                assertThat(event).as("next event after %s", seen).isNotNull();
                seen.add(event);
            } while (!(event instanceof Event.LinkGone(Link gone) && gone.index() == link.index()));
            assertThat(seen).contains(new Event.AddressSet(address), new Event.NeighbourSet(neighbour));
            assertThat(seen)
                    .anyMatch(some -> some instanceof Event.RouteSet(Route route)
                            && route.destination().equals(Prefix.of("10.1.2.0/24")));
        }
    }

    private static InetAddress address(String text) {
        return InetAddress.ofLiteral(text);
    }
}
