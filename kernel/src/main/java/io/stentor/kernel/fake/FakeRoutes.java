package io.stentor.kernel.fake;

import io.stentor.kernel.Errno;
import io.stentor.kernel.net.Address;
import io.stentor.kernel.net.Event;
import io.stentor.kernel.net.IpVersion;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.Prefix;
import io.stentor.kernel.net.Route;
import io.stentor.kernel.net.Scope;
import io.stentor.kernel.net.Topic;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The routes of one [FakeNetlink]. Lookups ask the local table, then the main one; rules are not followed.
final class FakeRoutes {
    private static final int BY_KERNEL = 2;
    private static final int ENETDOWN = 100;

    private final FakeNetlink namespace;
    private final List<Route> routes = new ArrayList<>();

    FakeRoutes(FakeNetlink namespace) {
        this.namespace = namespace;
    }

    List<Route> all() {
        return List.copyOf(routes);
    }

    void add(Route asked, boolean replace) {
        Route route = resolved(asked);
        Optional<Route> existing =
                routes.stream().filter(other -> sameKey(other, route)).findFirst();
        FakeNetlink.refuseUnless(replace || existing.isEmpty(), Errno.EEXIST, "");
        existing.ifPresent(routes::remove);
        install(route);
    }

    private void install(Route route) {
        routes.add(route);
        namespace.tell(Topic.ROUTES, new Event.RouteSet(route));
    }

    /// What the kernel checks: the device is there and up, the gateway on a link, the source an own address.
    private Route resolved(Route route) {
        Route found = route;
        if (route.ifindex() != 0) {
            Link link = namespace.require(route.ifindex());
            FakeNetlink.refuseUnless(link.up(), ENETDOWN, "Device for nexthop is not up");
        }
        if (route.gateway().isPresent() && !route.hop().onlink()) {
            InetAddress gateway = route.gateway().get();
            Optional<Route> way = lookup(gateway).filter(to -> to.gateway().isEmpty());
            boolean linkLocal = IpVersion.of(gateway) == IpVersion.IPV6 && gateway.isLinkLocalAddress();
            FakeNetlink.refuseUnless(linkLocal || way.isPresent(), Errno.ENETUNREACH, "Nexthop has invalid gateway");
            if (route.ifindex() == 0 && way.isPresent()) {
                found = route.dev(way.get().ifindex());
            }
        }
        Optional<InetAddress> source = route.attributes().source();
        FakeNetlink.refuseUnless(
                source.isEmpty()
                        || namespace.addresses().stream()
                                .anyMatch(address -> address.address().equals(source.get())),
                Errno.EINVAL,
                "Invalid prefsrc address");
        return found;
    }

    void delete(Route route) {
        Optional<Route> existing = routes.stream()
                .filter(other -> other.destination().equals(route.destination())
                        && other.table() == route.table()
                        && other.type() == route.type()
                        && (route.metric() == 0 || other.metric() == route.metric())
                        && (route.ifindex() == 0 || other.ifindex() == route.ifindex())
                        && (route.gateway().isEmpty() || other.gateway().equals(route.gateway()))
                        && (route.protocol() == 0 || other.protocol() == route.protocol()))
                .findFirst();
        FakeNetlink.refuseUnless(existing.isPresent(), Errno.ESRCH, "");
        existing.ifPresent(this::remove);
    }

    private void remove(Route route) {
        routes.remove(route);
        namespace.tell(Topic.ROUTES, new Event.RouteGone(route));
    }

    private static boolean sameKey(Route one, Route other) {
        return one.destination().equals(other.destination())
                && one.table() == other.table()
                && one.metric() == other.metric();
    }

    /// The routes that come with an address.
    void connect(Link link, Address address) {
        install(Route.to(Prefix.host(address.address()))
                .dev(link.index())
                .table(Route.LOCAL)
                .protocol(BY_KERNEL)
                .type(Route.Type.LOCAL));
        range(address).ifPresent(range -> {
            if (link.up() && routes.stream().noneMatch(other -> sameKey(other, range))) {
                install(range);
            }
        });
    }

    void disconnect(Address address) {
        routes.removeIf(route -> route.table() == Route.LOCAL
                && route.ifindex() == address.ifindex()
                && route.destination().equals(Prefix.host(address.address())));
        range(address)
                .ifPresent(range -> routes.removeIf(route -> sameKey(route, range)
                        && route.protocol() == BY_KERNEL
                        && route.ifindex() == address.ifindex()));
    }

    private static Optional<Route> range(Address address) {
        Prefix local = address.local();
        if (local.equals(Prefix.host(local.address())) || (address.flags() & Address.NO_PREFIX_ROUTE) != 0) {
            return Optional.empty();
        }
        Route route = Route.to(new Prefix(first(local), local.length()))
                .dev(address.ifindex())
                .protocol(BY_KERNEL)
                .scope(Scope.LINK);
        return Optional.of(local.version() == IpVersion.IPV4 ? route.source(local.address()) : route.metric(256));
    }

    private static InetAddress first(Prefix range) {
        byte[] bytes = range.address().getAddress();
        for (int i = 0; i < bytes.length; i++) {
            int counted = Math.clamp(range.length() - 8L * i, 0, 8);
            bytes[i] &= (byte) (0xff00 >> counted);
        }
        try {
            return bytes.length == 16
                    ? java.net.Inet6Address.getByAddress(null, bytes, -1)
                    : InetAddress.getByAddress(bytes);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    void dropAllOn(int ifindex) {
        routes.removeIf(route -> route.ifindex() == ifindex);
    }

    Optional<Route> lookup(InetAddress destination) {
        return longest(destination, Route.LOCAL).or(() -> longest(destination, Route.MAIN));
    }

    private Optional<Route> longest(InetAddress destination, int table) {
        return routes.stream()
                .filter(route -> route.table() == table && contains(route.destination(), destination))
                .min(Comparator.<Route>comparingInt(
                                route -> -route.destination().length())
                        .thenComparingInt(Route::metric))
                .filter(route -> route.ifindex() != 0);
    }

    private static boolean contains(Prefix range, InetAddress address) {
        return range.version() == IpVersion.of(address)
                && first(new Prefix(address, range.length())).equals(first(range));
    }
}
