package io.stentor.lab.traffic;

import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.ArrayList;
import java.util.List;

/// A host behind `outside`, which routes to it over a link with a smaller MTU than anybody else's, though it
/// announces to take larger segments; and an address of `outside` itself that nodes route to as they like.
///
/// It lives in a network namespace that only `outside` can see, and ends with it.
final class Far implements AutoCloseable {

    /// Of the link between `outside` and it.
    static final int MTU = 1300;

    private static final IpAddress V4 = IpAddress.of("198.51.100.2");
    private static final IpAddress V6 = IpAddress.of("2001:db8:f::2");

    private static final String SCRIPT = """
            ip netns add far
            ip link add far0 type veth peer name eth0 netns far
            ip link set far0 mtu "$1" up
            ip -n far link set lo up
            ip -n far link set eth0 mtu "$1" up
            ip address add 198.51.100.1/24 dev far0
            ip address add 2001:db8:f::1/64 dev far0 nodad
            ip address add 203.0.113.9/32 dev lo
            ip address add 2001:db8:e::9/128 dev lo nodad
            ip -n far address add 198.51.100.2/24 dev eth0
            ip -n far address add 2001:db8:f::2/64 dev eth0 nodad
            ip -n far route add default via 198.51.100.1 advmss 1400
            ip -n far route add default via 2001:db8:f::1 advmss 1400
            echo 1 > /proc/sys/net/ipv4/ip_forward
            echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
            for tables in iptables ip6tables; do
              ! command -v $tables >/dev/null || $tables -w -P FORWARD ACCEPT
            done
            """;

    /// The address of `outside` that only a route leads to.
    static IpAddress routed(Family family) {
        return IpAddress.of(
                switch (family) {
                    case IPV4 -> "203.0.113.9";
                    case IPV6 -> "2001:db8:e::9";
                });
    }

    private final Place place;
    private final Running server;

    private Far(Place place, Running server) {
        this.place = place;
        this.server = server;
    }

    static Far build(TrafficLab lab, Configuration configuration) throws InterruptedException {
        Place outside = lab.outside();
        outside.run("sh", "-ec", SCRIPT, "sh", Integer.toString(MTU));
        for (Family family : configuration.list()) {
            String via = outside.address(family).toString();
            for (String to : List.of(range(family), routed(family).toString())) {
                lab.fabric().run("ip", "route", "add", to, "via", via);
            }
        }
        if (configuration.tunnel()) {
            // The fabric lets these pass too: they are the world's, not pods'.
            for (String source : List.of("ip saddr { 198.51.100.0/24, 203.0.113.9 }", "ip6 saddr 2001:db8::/32")) {
                lab.fabric().run("nft", "insert rule bridge fabric sources " + source + " accept");
            }
        }
        List<String> enter = new ArrayList<>(outside.enter());
        enter.addAll(List.of("nsenter", "--net=/run/netns/far", "--"));
        Place place = new Place("far", enter, List.of(V4, V6));
        Running server =
                place.start(Place.talk("serve", Integer.toString(Place.PORT)).toArray(String[]::new));
        server.await("serving"::equals);
        return new Far(place, server);
    }

    private static String range(Family family) {
        return switch (family) {
            case IPV4 -> "198.51.100.0/24";
            case IPV6 -> "2001:db8:f::/64";
        };
    }

    Place place() {
        return place;
    }

    @Override
    public void close() {
        server.close();
    }
}
