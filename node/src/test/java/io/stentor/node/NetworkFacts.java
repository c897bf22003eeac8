package io.stentor.node;

import io.stentor.kernel.net.Address;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.Mac;
import io.stentor.kernel.net.Prefix;
import io.stentor.kernel.net.Route;
import io.stentor.model.Cidr;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Table;
import io.stentor.node.NodeSettings.DeviceSettings;
import io.stentor.node.NodeSettings.Families;
import io.stentor.node.NodeSettings.Places;
import io.stentor.node.NodeSettings.Plugin;
import io.stentor.node.NodeSettings.Routing;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A node `a` with `eth0` (7) and `stentor_vxlan` (9), whose peers each test adds.
final class NetworkFacts {
    static final Plugin NO_PLUGIN = new Plugin(Path.of("/nowhere"), Optional.empty());
    static final Places PLACES =
            new Places(Path.of("/nowhere"), Path.of("/nowhere"), Path.of("/nowhere"), true, NO_PLUGIN);
    static final int ETH0 = 7;
    static final int VXLAN = 9;

    private NetworkFacts() {}

    static NodeSettings tunnel(boolean ipv4, boolean ipv6) {
        Routing routing = new Routing(true, 8472, ipv4 ? Family.IPV4 : Family.IPV6, false, false);
        return new NodeSettings("a", new Families(ipv4, ipv6), routing, new DeviceSettings(0, List.of()), PLACES);
    }

    static NodeSettings direct(boolean skipUnreachable) {
        Routing routing = new Routing(false, 8472, Family.IPV4, true, skipUnreachable);
        return new NodeSettings("a", new Families(true, true), routing, new DeviceSettings(0, List.of()), PLACES);
    }

    static Node node(String name, List<String> addresses, List<String> ranges) {
        return new Node(
                name,
                addresses.stream()
                        .map(text -> new NodeAddress(NodeAddress.Type.INTERNAL_IP, IpAddress.of(text)))
                        .toList(),
                ranges.stream().map(Cidr::of).toList());
    }

    static State state(Node... nodes) {
        State state = State.awaiting(Set.of(Source.NODES)).withSynced(Source.NODES);
        for (Node node : nodes) {
            state = state.with(Table.NODES, node);
        }
        return state;
    }

    static Link link(int index, String name, String kind, int mtu) {
        return new Link(
                index,
                name,
                kind,
                new Link.Settings(mtu, Optional.of(Mac.of("02:00:00:00:00:01")), 1, "", new Link.Limits(0, 0, 0, 0)),
                new Link.Place(0, 0, -1, Link.Statistics.NONE));
    }

    /// @param ways routes to peers' addresses
    static Underlay underlay(Map<String, Route> ways, String... addresses) {
        Map<Integer, Link> links = Map.of(
                ETH0, link(ETH0, "eth0", "veth", 1500), VXLAN, link(VXLAN, DesiredNetwork.TUNNEL, "vxlan", 1450));
        Map<IpAddress, Route> byPeer = new HashMap<>();
        ways.forEach((peer, route) -> byPeer.put(IpAddress.of(peer), route));
        return new Underlay(
                links,
                Arrays.stream(addresses)
                        .map(text -> Address.of(ETH0, Prefix.of(text)))
                        .toList(),
                byPeer);
    }

    static Route onLink(String destination) {
        return Route.to(Prefix.of(destination)).dev(ETH0);
    }

    static Route ours(String destination) {
        return Route.to(Prefix.of(destination)).protocol(PodLinks.PROTOCOL);
    }
}
