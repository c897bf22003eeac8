package io.stentor.kernel.net;

import java.net.InetAddress;
import java.util.Optional;

/// A route.
///
/// Two routes that the kernel would show alike are equal: what IPv6 routes do not have or always have (scope, metric
/// 1024) is put straight when one is made. Built from [#to]:
/// `Route.to(prefix).dev(7).via(gateway).onlink().protocol(83)`.
///
/// @param hop   where packets go; [NextHop#NONE] for types that end them
/// @param table number of the routing table, see [#MAIN]
public record Route(Prefix destination, Type type, NextHop hop, int table, Attributes attributes) {
    public static final int MAIN = 254;
    public static final int LOCAL = 255;
    private static final int IPV6_METRIC = 1024;

    /// What is done with packets, by the numbers of `linux/rtnetlink.h`.
    public enum Type {
        UNSPECIFIED(0),
        UNICAST(1),
        LOCAL(2),
        BROADCAST(3),
        ANYCAST(4),
        MULTICAST(5),
        BLACKHOLE(6),
        UNREACHABLE(7),
        PROHIBIT(8),
        THROW(9);

        private final int number;

        Type(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }

        public static Type of(int number) {
            for (Type type : values()) {
                if (type.number == number) {
                    return type;
                }
            }
            return UNSPECIFIED;
        }
    }

    /// @param ifindex the device, 0 to let the kernel find it by the gateway
    /// @param onlink  the gateway is on the device, whatever its addresses say
    public record NextHop(int ifindex, Optional<InetAddress> gateway, boolean onlink) {
        public static final NextHop NONE = new NextHop(0, Optional.empty(), false);
    }

    /// @param protocol who made it; 3 boot, 4 static, own numbers above 4
    /// @param metric   lower goes first
    /// @param mtu      of the path, 0 for the device's
    /// @param source   address that the host prefers on it
    public record Attributes(int protocol, Scope scope, int metric, int mtu, Optional<InetAddress> source) {}

    public Route {
        if (destination.version() == IpVersion.IPV6) {
            int metric = attributes.metric == 0 ? IPV6_METRIC : attributes.metric;
            attributes = new Attributes(attributes.protocol, Scope.UNIVERSE, metric, attributes.mtu, attributes.source);
        }
    }

    /// To a range, in the main table, static, on no device yet.
    public static Route to(Prefix destination) {
        return new Route(
                destination, Type.UNICAST, NextHop.NONE, MAIN, new Attributes(4, Scope.LINK, 0, 0, Optional.empty()));
    }

    /// To everything of a version.
    public static Route byDefault(IpVersion version) {
        return to(version.everything());
    }

    public Route dev(int ifindex) {
        return hop(new NextHop(ifindex, hop.gateway, hop.onlink));
    }

    /// By a gateway; its scope becomes universe.
    public Route via(InetAddress gateway) {
        return hop(new NextHop(hop.ifindex, Optional.of(gateway), hop.onlink)).scope(Scope.UNIVERSE);
    }

    public Route onlink() {
        return hop(new NextHop(hop.ifindex, hop.gateway, true));
    }

    public Route hop(NextHop newHop) {
        return new Route(destination, type, newHop, table, attributes);
    }

    public Route type(Type newType) {
        Scope scope = switch (newType) {
            case LOCAL -> Scope.HOST;
            case UNICAST, BROADCAST -> attributes.scope;
            case UNSPECIFIED, ANYCAST, MULTICAST, BLACKHOLE, UNREACHABLE, PROHIBIT, THROW -> Scope.UNIVERSE;
        };
        return new Route(destination, newType, hop, table, attributes).scope(scope);
    }

    public Route table(int newTable) {
        return new Route(destination, type, hop, newTable, attributes);
    }

    public Route protocol(int protocol) {
        return with(new Attributes(protocol, attributes.scope, attributes.metric, attributes.mtu, attributes.source));
    }

    public Route scope(Scope scope) {
        return with(new Attributes(attributes.protocol, scope, attributes.metric, attributes.mtu, attributes.source));
    }

    public Route metric(int metric) {
        return with(new Attributes(attributes.protocol, attributes.scope, metric, attributes.mtu, attributes.source));
    }

    public Route mtu(int mtu) {
        return with(new Attributes(attributes.protocol, attributes.scope, attributes.metric, mtu, attributes.source));
    }

    public Route source(InetAddress source) {
        return with(new Attributes(
                attributes.protocol, attributes.scope, attributes.metric, attributes.mtu, Optional.of(source)));
    }

    private Route with(Attributes newAttributes) {
        return new Route(destination, type, hop, table, newAttributes);
    }

    public int ifindex() {
        return hop.ifindex;
    }

    public Optional<InetAddress> gateway() {
        return hop.gateway;
    }

    public int protocol() {
        return attributes.protocol;
    }

    public int metric() {
        return attributes.metric;
    }
}
