package io.stentor.lab.topology;

import io.stentor.lab.LabSpec.Routing;
import io.stentor.model.Cidr;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The underlay as text for `ip -batch`, `sysctl` and `nft`: pure, so that tests can read it.
final class Links {

    private final Plan plan;

    Links(Plan plan) {
        this.plan = plan;
    }

    /// Bridges, ports and hosts' links, all made from inside the fabric's namespace, so that none is ever seen in the
    /// machine's own.
    List<String> fabric() {
        List<String> lines = new ArrayList<>();
        lines.add("link set lo up");
        for (Segment segment : plan.segments()) {
            lines.add("link add " + segment.bridge() + " address " + segment.mac()
                    + " type bridge forward_delay 0 stp_state 0 mcast_snooping 0");
            for (int i = 0; i < segment.ranges().size(); i++) {
                lines.add(address(segment.gateways().get(i), segment.ranges().get(i), segment.bridge()));
            }
            lines.add("link set " + segment.bridge() + " up");
        }
        plan.hosts().forEach(host -> lines.addAll(attach(host)));
        return lines;
    }

    /// One host's link, again after the host was switched off.
    List<String> attach(Host host) {
        return List.of(
                "link add " + host.port() + " type veth peer name " + Host.LINK + " address " + host.mac() + " netns "
                        + host.namespace(),
                "link set " + host.port() + " master " + host.segment().bridge(),
                "link set " + host.port() + " up");
    }

    /// Addresses and routes inside a host.
    List<String> host(Host host) {
        List<String> lines = new ArrayList<>();
        lines.add("link set lo up");
        for (int i = 0; i < host.addresses().size(); i++) {
            lines.add(address(host.addresses().get(i), host.segment().ranges().get(i), Host.LINK));
        }
        lines.add("link set " + Host.LINK + " up");
        for (IpAddress gateway : host.segment().gateways()) {
            lines.add("route add default via " + gateway + " dev " + Host.LINK);
        }
        return lines;
    }

    private static String address(IpAddress address, Cidr range, String link) {
        boolean v6 = address.family() == Family.IPV6;
        return "addr add " + address + "/" + range.prefix() + " dev " + link + (v6 ? " nodad" : "");
    }

    /// A router that filters nothing by its own reverse path: it sees both directions anyway.
    static List<String> fabricSysctls() {
        return List.of(
                "net.ipv4.ip_forward=1",
                "net.ipv6.conf.all.forwarding=1",
                "net.ipv6.conf.default.dad_transmits=0",
                "net.ipv4.conf.all.rp_filter=0",
                "net.ipv4.conf.default.rp_filter=0",
                "net.ipv4.conf.all.send_redirects=0",
                "net.ipv4.conf.default.send_redirects=0");
    }

    /// As distributions that care about security ship them; forwarding is left to the agent. The underlay's link does
    /// without the duplicate address detection that a real host has long behind it.
    static List<String> nodeSysctls() {
        return List.of(
                "net.ipv4.conf.all.rp_filter=1",
                "net.ipv4.conf.default.rp_filter=1",
                "net.ipv6.conf.all.accept_ra=0",
                "net.ipv6.conf.default.accept_ra=0",
                "net.ipv6.conf." + Host.LINK + ".dad_transmits=0");
    }

    /// In tunnel mode: what carries a source that is nobody's on the underlay is dropped at the fabric's ports, as
    /// clouds do. Empty in native mode, where pods' addresses are the underlay's own.
    String filter() {
        if (plan.spec().shape().routing() == Routing.NATIVE) {
            return "";
        }
        return """
                table bridge fabric {
                  counter foreign-sources { }
                  chain sources {
                    type filter hook prerouting priority -300; policy accept;
                    ip saddr != { %s } counter name "foreign-sources" drop
                    ip6 saddr != { %s } counter name "foreign-sources" drop
                  }
                }
                """.formatted(sources(Family.IPV4, "0.0.0.0"), sources(Family.IPV6, "::, fe80::/10"));
    }

    private String sources(Family family, String always) {
        return Stream.concat(
                        Stream.of(always),
                        Stream.concat(
                                        plan.fabricAddresses().stream(),
                                        plan.hosts().stream().flatMap(host -> host.addresses().stream()))
                                .filter(address -> address.family() == family)
                                .map(IpAddress::toString))
                .collect(Collectors.joining(", "));
    }
}
