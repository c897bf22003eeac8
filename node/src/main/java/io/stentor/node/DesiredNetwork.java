package io.stentor.node;

import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.Neighbour;
import io.stentor.kernel.net.Route;
import io.stentor.model.Cidr;
import io.stentor.model.Endpoint;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.Problem;
import io.stentor.model.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the host's links, routes and neighbours have to be for a state of the cluster. Pure: the kernel's side of the
/// question is in the [Underlay].
///
/// Other nodes' pods are behind the [Gateway] of the tunnel's device, whose MAC address is the same on every node: the
/// host sends what it has for them without asking anybody for an address, and what comes out is for the receiver.
///
/// @param mtu        of pods' links and the tunnel's device
/// @param routes     all that we want, endpoints' included
/// @param neighbours permanent
/// @param problems   what keeps pods from each other
record DesiredNetwork(int mtu, Set<Route> routes, Set<Neighbour> neighbours, List<Problem> problems) {
    /// The tunnel's device.
    static final String TUNNEL = "stentor_vxlan";

    private static final int ETHERNET_MTU = 1500;
    private static final int IPV6_MTU = 1280;

    static DesiredNetwork of(State state, NodeSettings settings, Underlay underlay) {
        return new Compilation(state, settings, underlay).result();
    }

    /// Outer headers of VXLAN: Ethernet 14, IPv4 20 or IPv6 40, UDP 8, VXLAN 8.
    static int overhead(Family underlay) {
        return switch (underlay) {
            case IPV4 -> 50;
            case IPV6 -> 70;
        };
    }

    /// One run, with its results growing.
    private static final class Compilation {
        private final State state;
        private final NodeSettings settings;
        private final Underlay underlay;
        private final Optional<Node> self;
        private final Set<Route> routes = new LinkedHashSet<>();
        private final Set<Neighbour> neighbours = new LinkedHashSet<>();
        private final List<Problem> problems = new ArrayList<>();

        Compilation(State state, NodeSettings settings, Underlay underlay) {
            this.state = state;
            this.settings = settings;
            this.underlay = underlay;
            this.self = Optional.ofNullable(state.nodes().get(settings.nodeName()));
        }

        DesiredNetwork result() {
            state.endpoints().forEach(entry -> endpoint(entry.getValue()));
            self.ifPresent(node -> ranges(node).forEach(range -> routes.add(unreachable(range))));
            if (settings.routing().tunnel()) {
                underlay.link(TUNNEL).ifPresent(this::throughTunnel);
            } else if (settings.routing().autoDirectNodeRoutes()) {
                peers().forEach(this::direct);
            }
            self.flatMap(this::elsewhere).ifPresent(problems::add);
            int mtu = mtu();
            if (settings.families().ipv6() && mtu < IPV6_MTU) {
                problems.add(new Problem(
                        "MTU",
                        "",
                        "pods' MTU is " + mtu + ", and IPv6 does not work below " + IPV6_MTU
                                + ": give the underlay a larger one, or switch IPv6 off"));
            }
            return new DesiredNetwork(mtu, Set.copyOf(routes), Set.copyOf(neighbours), List.copyOf(problems));
        }

        /// An endpoint whose link went is no business of ours: CHECK and DEL come.
        private void endpoint(Endpoint endpoint) {
            int ifindex = endpoint.attachment().ifindex();
            if (underlay.links().containsKey(ifindex)) {
                for (IpAddress address : endpoint.addresses().all()) {
                    routes.add(PodLinks.route(ifindex, address));
                    neighbours.add(PodLinks.neighbour(ifindex, endpoint, address));
                }
            }
        }

        /// Addresses of ours that no pod has must not go out by the default route, to come back or to leak.
        private static Route unreachable(Cidr range) {
            return Route.to(KernelTerms.prefix(range))
                    .type(Route.Type.UNREACHABLE)
                    .protocol(PodLinks.PROTOCOL);
        }

        private void throughTunnel(Link tunnel) {
            for (Family family : Family.values()) {
                if (settings.families().has(family)) {
                    neighbours.add(Neighbour.permanent(
                            tunnel.index(), KernelTerms.inet(Gateway.of(family)), KernelTerms.mac(Gateway.MAC)));
                }
            }
            Family outer = settings.routing().underlay();
            for (Node peer : peers()) {
                if (peer.internalIp(outer).isEmpty()) {
                    problems.add(noAddress(peer, outer));
                    continue;
                }
                for (Cidr range : ranges(peer)) {
                    Route route = Route.to(KernelTerms.prefix(range))
                            .dev(tunnel.index())
                            .via(KernelTerms.inet(Gateway.of(range.family())))
                            .onlink()
                            .protocol(PodLinks.PROTOCOL);
                    routes.add(withSource(route, range.family()));
                }
            }
        }

        private void direct(Node peer) {
            for (Cidr range : ranges(peer)) {
                Optional<IpAddress> address = peer.internalIp(range.family());
                if (address.isEmpty()) {
                    problems.add(noAddress(peer, range.family()));
                    continue;
                }
                Route way = underlay.ways().get(address.get());
                if (way != null && way.gateway().isEmpty() && way.type() == Route.Type.UNICAST) {
                    Route route = Route.to(KernelTerms.prefix(range))
                            .dev(way.ifindex())
                            .via(KernelTerms.inet(address.get()))
                            .protocol(PodLinks.PROTOCOL);
                    routes.add(withSource(route, range.family()));
                } else if (!settings.routing().skipUnreachable()) {
                    problems.add(notShared(peer, range, address.get(), way));
                }
            }
        }

        private Route withSource(Route route, Family family) {
            return self.flatMap(node -> node.internalIp(family))
                    .filter(own -> underlay.holder(own).isPresent())
                    .map(own -> route.source(KernelTerms.inet(own)))
                    .orElse(route);
        }

        /// A row of ours that speaks of another host.
        private Optional<Problem> elsewhere(Node node) {
            List<IpAddress> addresses = Arrays.stream(Family.values())
                    .flatMap(family -> node.internalIp(family).stream())
                    .toList();
            if (addresses.isEmpty()
                    || addresses.stream().anyMatch(a -> underlay.holder(a).isPresent())) {
                return Optional.empty();
            }
            return Optional.of(new Problem(
                    "CiliumNode/" + node.name(),
                    "spec.addresses",
                    addresses.getFirst() + " is no address of this host: another host claims the name " + node.name()
                            + ", or the kubelet's --node-ip is wrong"));
        }

        private static Problem noAddress(Node peer, Family family) {
            String version = family == Family.IPV4 ? "IPv4" : "IPv6";
            return new Problem(
                    "CiliumNode/" + peer.name(),
                    "spec.addresses",
                    "the node has no " + version + " InternalIP: its pods cannot be reached from here");
        }

        private static Problem notShared(Node peer, Cidr range, IpAddress address, @Nullable Route way) {
            String where = way == null
                    ? "there is no route to " + address
                    : way.gateway()
                            .map(gateway -> address + " is behind the router " + gateway.getHostAddress())
                            .orElse(address + " is an address of this node");
            return new Problem(
                    "CiliumNode/" + peer.name(),
                    "spec.addresses",
                    where + ", not on a segment shared with this node: no direct route to its pods in " + range
                            + ". Let the fabric route them and set direct-routing-skip-unreachable, or use the tunnel");
        }

        private List<Node> peers() {
            List<Node> peers = new ArrayList<>();
            for (Map.Entry<String, Node> entry : state.nodes()) {
                if (!entry.getKey().equals(settings.nodeName())) {
                    peers.add(entry.getValue());
                }
            }
            return peers;
        }

        private List<Cidr> ranges(Node node) {
            return node.podCidrs().stream()
                    .filter(range -> settings.families().has(range.family()))
                    .toList();
        }

        private int mtu() {
            int whole = settings.devices().mtu();
            if (whole == 0) {
                whole = underlay.toPeers(self, settings.routing().underlay())
                        .map(Link::mtu)
                        .orElse(ETHERNET_MTU);
            }
            return settings.routing().tunnel()
                    ? whole - overhead(settings.routing().underlay())
                    : whole;
        }
    }
}
