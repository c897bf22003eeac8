package io.stentor.kernel.linux;

import io.stentor.kernel.net.IpVersion;
import io.stentor.kernel.net.Prefix;
import io.stentor.kernel.net.Route;
import io.stentor.kernel.net.Scope;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/// Routes as rtnetlink writes them (`linux/rtnetlink.h`).
final class RouteCodec {
    static final int RTM_NEWROUTE = 24;
    static final int RTM_DELROUTE = 25;
    static final int RTM_GETROUTE = 26;
    private static final int RTM_F_CLONED = 0x200;
    private static final int RTM_F_LOOKUP_TABLE = 0x1000;
    private static final int RTNH_F_ONLINK = 4;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PRIORITY = 6;
    private static final int RTA_PREFSRC = 7;
    private static final int RTA_METRICS = 8;
    private static final int RTA_MULTIPATH = 9;
    private static final int RTA_TABLE = 15;
    private static final int RTA_VIA = 18;
    private static final int RTAX_MTU = 2;
    private static final int FIXED_SIZE = 12;
    private static final int NEXT_HOP_SIZE = 8;

    private RouteCodec() {}

    static NlMessage write(int type, int flags, Route route) {
        Route.Attributes attributes = route.attributes();
        NlMessage message = fixed(new NlMessage(type, flags), route);
        if (route.destination().length() > 0) {
            var _ = message.address(RTA_DST, route.destination().address());
        }
        var _ = message.u32(RTA_TABLE, route.table());
        if (route.ifindex() != 0) {
            var _ = message.u32(RTA_OIF, route.ifindex());
        }
        route.gateway()
                .ifPresent(gateway -> gateway(message, route.destination().version(), gateway));
        if (attributes.metric() != 0) {
            var _ = message.u32(RTA_PRIORITY, attributes.metric());
        }
        attributes.source().ifPresent(source -> message.address(RTA_PREFSRC, source));
        if (attributes.mtu() != 0) {
            var _ = message.nest(RTA_METRICS, metrics -> metrics.u32(RTAX_MTU, attributes.mtu()));
        }
        return message;
    }

    /// `struct rtmsg`.
    private static NlMessage fixed(NlMessage message, Route route) {
        return message.raw8(route.destination().version().family())
                .raw8(route.destination().length())
                .raw8(0)
                .raw8(0)
                .raw8(route.table() < 256 ? route.table() : 0)
                .raw8(route.attributes().protocol())
                .raw8(route.attributes().scope().number())
                .raw8(route.type().number())
                .raw32(route.hop().onlink() ? RTNH_F_ONLINK : 0);
    }

    /// An IPv4 route may go by an IPv6 gateway; that one is written with its family.
    private static void gateway(NlMessage message, IpVersion version, InetAddress gateway) {
        if (IpVersion.of(gateway) == version) {
            var _ = message.address(RTA_GATEWAY, gateway);
        } else {
            byte[] address = gateway.getAddress();
            ByteBuffer via = ByteBuffer.allocate(2 + address.length).order(ByteOrder.nativeOrder());
            via.putShort((short) IpVersion.of(gateway).family()).put(address);
            var _ = message.bytes(RTA_VIA, via.array());
        }
    }

    static NlMessage dump(IpVersion version) {
        return new NlMessage(RTM_GETROUTE, 0)
                .raw8(version.family())
                .raw8(0)
                .raw16(0)
                .raw32(0)
                .raw32(0);
    }

    static NlMessage lookup(InetAddress destination) {
        return new NlMessage(RTM_GETROUTE, 0)
                .raw8(IpVersion.of(destination).family())
                .raw8(Prefix.host(destination).length())
                .raw16(0)
                .raw32(0)
                .raw32(RTM_F_LOOKUP_TABLE)
                .address(RTA_DST, destination);
    }

    /// Empty for what is none of the tables' routes: cached exceptions, other families.
    static Optional<Route> read(ByteBuffer body) {
        return (body.getInt(8) & RTM_F_CLONED) != 0 ? Optional.empty() : readAny(body);
    }

    /// Answers to lookups included.
    static Optional<Route> readAny(ByteBuffer body) {
        int family = body.get(0);
        if (family != IpVersion.IPV4.family() && family != IpVersion.IPV6.family()) {
            return Optional.empty();
        }
        IpVersion version = family == IpVersion.IPV4.family() ? IpVersion.IPV4 : IpVersion.IPV6;
        NlAttributes attributes = NlAttributes.of(body, FIXED_SIZE);
        InetAddress destination =
                attributes.address(RTA_DST).orElse(version.everything().address());
        Route.Type type = Route.Type.of(Byte.toUnsignedInt(body.get(7)));
        var rest = new Route.Attributes(
                Byte.toUnsignedInt(body.get(5)),
                Scope.of(Byte.toUnsignedInt(body.get(6))),
                attributes.u32(RTA_PRIORITY, 0),
                attributes.nested(RTA_METRICS).u32(RTAX_MTU, 0),
                attributes.address(RTA_PREFSRC));
        return Optional.of(new Route(
                new Prefix(destination, Byte.toUnsignedInt(body.get(1))),
                type,
                ends(type) ? Route.NextHop.NONE : hop(body, attributes),
                attributes.u32(RTA_TABLE, Byte.toUnsignedInt(body.get(4))),
                rest));
    }

    /// Whether packets end there; IPv6 shows the loopback device on such routes.
    private static boolean ends(Route.Type type) {
        return switch (type) {
            case BLACKHOLE, UNREACHABLE, PROHIBIT, THROW -> true;
            case UNSPECIFIED, UNICAST, LOCAL, BROADCAST, ANYCAST, MULTICAST -> false;
        };
    }

    private static Route.NextHop hop(ByteBuffer body, NlAttributes attributes) {
        Optional<ByteBuffer> several = attributes.raw(RTA_MULTIPATH);
        if (several.isPresent() && several.get().limit() >= NEXT_HOP_SIZE) {
            ByteBuffer first = several.get();
            int length = Math.min(first.limit(), Short.toUnsignedInt(first.getShort(0)));
            ByteBuffer hop = first.slice(0, length).order(ByteOrder.nativeOrder());
            boolean onlink = (hop.get(2) & RTNH_F_ONLINK) != 0;
            return new Route.NextHop(hop.getInt(4), gateway(NlAttributes.of(hop, NEXT_HOP_SIZE)), onlink);
        }
        boolean onlink = (body.getInt(8) & RTNH_F_ONLINK) != 0;
        return new Route.NextHop(attributes.u32(RTA_OIF, 0), gateway(attributes), onlink);
    }

    private static Optional<InetAddress> gateway(NlAttributes attributes) {
        if (attributes.has(RTA_VIA)) {
            byte[] via = attributes.bytes(RTA_VIA);
            return Optional.of(NlAttributes.address(Arrays.copyOfRange(via, 2, via.length)));
        }
        return attributes.address(RTA_GATEWAY);
    }
}
