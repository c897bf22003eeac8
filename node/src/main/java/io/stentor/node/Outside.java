package io.stentor.node;

import io.stentor.kernel.net.IpVersion;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.Route;
import io.stentor.model.Addresses;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.State;
import io.stentor.node.NodeDevices.Device;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which of the host's devices lead out of the node.
///
/// @param underlay of which the links are
/// @param links    those that lead out: named in the settings, or else of a route to a peer, of an InternalIP, of a
///                 default route
/// @param toPeers  the device of the route to the peers
/// @param own      the node's InternalIPs that one of the links has
record Outside(Underlay underlay, Set<Link> links, Optional<Link> toPeers, Addresses own) {

    /// Routes that the host learnt from routers (`RTPROT_RA`).
    private static final int ROUTER_ADVERTISEMENT = 9;

    /// @param routes all of the host
    static Outside of(Underlay underlay, List<Route> routes, State state, NodeSettings settings) {
        Optional<Node> self = Optional.ofNullable(state.nodes().get(settings.nodeName()));
        Optional<Link> toPeers = underlay.toPeers(self, settings.routing().underlay());
        Set<Link> links = new LinkedHashSet<>();
        List<String> names = settings.devices().names();
        if (names.isEmpty()) {
            toPeers.ifPresent(links::add);
            for (Family family : Family.values()) {
                underlay.toPeers(self, family).ifPresent(links::add);
                self.flatMap(node -> node.internalIp(family))
                        .flatMap(underlay::holder)
                        .ifPresent(links::add);
            }
            routes.stream()
                    .filter(Outside::isDefault)
                    .map(route -> underlay.links().get(route.ifindex()))
                    .filter(link -> link != null)
                    .forEach(links::add);
        } else {
            underlay.links().values().stream()
                    .filter(link -> names.stream().anyMatch(name -> matches(name, link.name())))
                    .forEach(links::add);
        }
        links.removeIf(
                link -> link.loopback() || PodLinks.isOurs(link) || link.name().equals(DesiredNetwork.TUNNEL));
        Addresses own = new Addresses(held(underlay, self, Family.IPV4), held(underlay, self, Family.IPV6));
        return new Outside(underlay, Set.copyOf(links), toPeers, own);
    }

    private static Optional<IpAddress> held(Underlay underlay, Optional<Node> self, Family family) {
        return self.flatMap(node -> node.internalIp(family))
                .filter(address -> underlay.holder(address).isPresent());
    }

    /// @param wanted a name, or a prefix with `+` after it
    private static boolean matches(String wanted, String name) {
        return wanted.endsWith("+") ? name.startsWith(wanted.substring(0, wanted.length() - 1)) : wanted.equals(name);
    }

    private static boolean isDefault(Route route) {
        return route.destination().length() == 0 && route.table() == Route.MAIN && route.type() == Route.Type.UNICAST;
    }

    /// Devices that may have got their default route from a router, or may yet.
    Set<Link> listening(List<Route> routes) {
        Set<Link> listening = new LinkedHashSet<>(links);
        routes.stream()
                .filter(route -> route.protocol() == ROUTER_ADVERTISEMENT)
                .filter(route -> route.destination().version() == IpVersion.IPV6)
                .map(route -> underlay.links().get(route.ifindex()))
                .filter(link -> link != null)
                .forEach(listening::add);
        return listening;
    }

    NodeDevices devices(int podMtu) {
        List<Device> devices = links.stream()
                .map(link -> new Device(link.name(), link.index(), link.mtu()))
                .sorted((a, b) -> Integer.compare(a.ifindex(), b.ifindex()))
                .toList();
        int tunnel = underlay.link(DesiredNetwork.TUNNEL).map(Link::index).orElse(0);
        NodeDevices.Underlay way = toPeers.map(
                        link -> new NodeDevices.Underlay(link.index(), link.mtu(), underlay.segments(link, own)))
                .orElse(NodeDevices.Underlay.NONE);
        return new NodeDevices(podMtu, tunnel, way, own, devices);
    }
}
