package io.stentor.node;

import io.stentor.kernel.net.Address;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.Netlink;
import io.stentor.kernel.net.Route;
import io.stentor.model.Addresses;
import io.stentor.model.Cidr;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.State;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What the host's network is like, as far as the desired one depends on it: read at once, then only looked at.
///
/// @param links     all, by index
/// @param addresses of the links
/// @param ways      the route to each peer's InternalIP; a peer that the host has no route to is missing
record Underlay(Map<Integer, Link> links, List<Address> addresses, Map<IpAddress, Route> ways) {

    /// Tunnels run over one family: the ways of the other are of no interest then.
    static Underlay read(Netlink netlink, State state, NodeSettings settings) {
        Set<Family> families =
                settings.routing().tunnel() ? EnumSet.of(settings.routing().underlay()) : EnumSet.allOf(Family.class);
        Map<Integer, Link> links = new HashMap<>();
        netlink.links().forEach(link -> links.put(link.index(), link));
        Map<IpAddress, Route> ways = new HashMap<>();
        state.nodes().forEach(entry -> {
            if (!entry.getKey().equals(settings.nodeName())) {
                for (Family family : families) {
                    Optional<IpAddress> peer = entry.getValue().internalIp(family);
                    peer.flatMap(ip -> netlink.routeTo(KernelTerms.inet(ip)))
                            .ifPresent(route -> ways.put(peer.get(), route));
                }
            }
        });
        return new Underlay(links, netlink.addresses(), ways);
    }

    Optional<Link> link(String name) {
        return links.values().stream().filter(link -> link.name().equals(name)).findFirst();
    }

    /// The device that holds an address of the node.
    Optional<Link> holder(IpAddress address) {
        InetAddress wanted = KernelTerms.inet(address);
        return addresses.stream()
                .filter(a -> a.address().equals(wanted))
                .map(a -> links.get(a.ifindex()))
                .filter(link -> link != null)
                .findFirst();
    }

    /// The ranges of a device's own addresses in which no peer is behind a router.
    ///
    /// @param own the addresses that count
    List<Cidr> segments(Link device, Addresses own) {
        return addresses.stream()
                .filter(a -> a.ifindex() == device.index())
                .filter(a -> own.all().contains(KernelTerms.address(a.address())))
                .map(a -> KernelTerms.range(a.local()))
                .filter(range -> ways.entrySet().stream()
                        .filter(way -> range.contains(way.getKey()))
                        .allMatch(way -> way.getValue().gateway().isEmpty()
                                && way.getValue().ifindex() == device.index()))
                .toList();
    }

    /// The device of the route to the peers in one family: of several the one with the smallest MTU, as a pod's
    /// packets may take any of them. While there are no peers, the device that holds the node's InternalIP.
    Optional<Link> toPeers(Optional<Node> self, Family family) {
        Optional<Link> smallest = ways.entrySet().stream()
                .filter(way -> way.getKey().family() == family)
                .map(way -> links.get(way.getValue().ifindex()))
                .filter(link -> link != null && !link.loopback())
                .min(Comparator.comparingInt(Link::mtu).thenComparingInt(Link::index));
        return smallest.or(() -> self.flatMap(node -> node.internalIp(family)).flatMap(this::holder));
    }
}
