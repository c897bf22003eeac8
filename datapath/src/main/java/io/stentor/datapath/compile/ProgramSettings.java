package io.stentor.datapath.compile;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.Config;
import io.stentor.model.Cidr;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// What one node's programs are loaded with, in the model's terms.
///
/// @param node     this node's own addresses
/// @param families that pods have
/// @param tunnel   how other nodes' pods are reached, or empty in native routing
/// @param masquerade the families whose connections leave the cluster with the node's address
/// @param events   what is reported
public record ProgramSettings(
        NodeAddresses node, Set<Family> families, Optional<Tunnel> tunnel, Set<Family> masquerade, Events events) {
    /// Pods' gateway, the same for all of them.
    public static final IpAddress GATEWAY_IPV4 = IpAddress.of("169.254.7.1");
    public static final IpAddress GATEWAY_IPV6 = IpAddress.of("fe80::7:1");
    /// As whom a pod sees itself that calls itself by a Service.
    public static final IpAddress LOOPBACK_IPV4 = IpAddress.of("169.254.42.1");

    public static final IpAddress LOOPBACK_IPV6 = IpAddress.of("fe80::1");
    /// Of the gateway, of every pod link's host side and of the tunnel's device.
    public static final MacAddress GATEWAY_MAC = MacAddress.of("02:53:54:4e:00:01");

    private static final int NAT_PORT_MIN = 32768;
    private static final int NAT_PORT_MAX = 65535;

    public ProgramSettings {
        families = Set.copyOf(families);
        masquerade = Set.copyOf(masquerade);
    }

    /// The addresses that masquerading and the tunnel use, and the device of the way to other nodes.
    public record NodeAddresses(Optional<IpAddress> ipv4, Optional<IpAddress> ipv6, Underlay underlay) {}

    /// The device of the way to other nodes.
    ///
    /// @param segments what it reaches without a router, at most one range of each family
    /// @param direct   whether pods of nodes on these are reached by their node's address, in native routing
    public record Underlay(int ifindex, int mtu, List<Cidr> segments, boolean direct) {
        public Underlay {
            segments = List.copyOf(segments);
        }

        Optional<Cidr> segment(Family family) {
            return segments.stream().filter(s -> s.family() == family).findFirst();
        }
    }

    /// @param ifindex of the tunnel's device
    /// @param port    UDP
    /// @param mtu     of packets inside
    /// @param underlay the family it runs over
    public record Tunnel(int ifindex, int port, int mtu, Family underlay) {}

    /// @param dropsPerSecond reported at most, per processor
    /// @param trace          whether new and changed connections are reported too
    public record Events(int dropsPerSecond, boolean trace) {}

    /// As the programs read it.
    public Config config() {
        return Config.ZERO
                .withNodeIpv4(node.ipv4().map(Keys::bytes).orElse(Bytes16.ZERO))
                .withNodeIpv6(node.ipv6().map(Keys::bytes).orElse(Bytes16.ZERO))
                .withGatewayIpv4((int) GATEWAY_IPV4.low())
                .withGatewayIpv6(Keys.bytes(GATEWAY_IPV6))
                .withGatewayMac(Keys.bytes(GATEWAY_MAC))
                .withLoopbackIpv4((int) LOOPBACK_IPV4.low())
                .withLoopbackIpv6(Keys.bytes(LOOPBACK_IPV6))
                .withNatPortMin(NAT_PORT_MIN)
                .withNatPortMax(NAT_PORT_MAX)
                .withUnderlayIfindex(node.underlay().ifindex())
                .withUnderlayMtu(node.underlay().mtu())
                .withDirectNodeRoutes(tunnel.isEmpty() && node.underlay().direct())
                .withSegmentIpv4(ipv4(Cidr::address))
                .withSegmentIpv4Mask(ipv4(Cidr::mask))
                .withSegmentIpv6(ipv6(Cidr::address))
                .withSegmentIpv6Mask(ipv6(Cidr::mask))
                .withOverlayIfindex(tunnel.map(Tunnel::ifindex).orElse(0))
                .withTunnelPort(tunnel.map(Tunnel::port).orElse(0))
                .withPodMtu(tunnel.map(Tunnel::mtu).orElse(0))
                .withTunnel(tunnel.isPresent())
                .withUnderlayIpv6(tunnel.map(t -> t.underlay() == Family.IPV6).orElse(false))
                .withIpv4(families.contains(Family.IPV4))
                .withIpv6(families.contains(Family.IPV6))
                .withMasqueradeIpv4(
                        masquerade.contains(Family.IPV4) && node.ipv4().isPresent())
                .withMasqueradeIpv6(
                        masquerade.contains(Family.IPV6) && node.ipv6().isPresent())
                .withDropEventsPerSecond(events.dropsPerSecond())
                .withTrace(events.trace());
    }

    private int ipv4(Function<Cidr, IpAddress> part) {
        return node.underlay()
                .segment(Family.IPV4)
                .map(part)
                .map(address -> (int) address.low())
                .orElse(0);
    }

    private Bytes16 ipv6(Function<Cidr, IpAddress> part) {
        return node.underlay().segment(Family.IPV6).map(part).map(Keys::bytes).orElse(Bytes16.ZERO);
    }
}
