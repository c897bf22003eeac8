package io.stentor.node.doctor;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.Route;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The devices that lead out of the host, and how the host treats what comes in by them.
final class DeviceChecks {
    /// The smallest MTU of IPv6, and the headers of VXLAN over IPv4 and over IPv6.
    private static final int IPV6_MTU = 1280;

    private static final int OVER_IPV4 = 50;
    private static final int OVER_IPV6 = 70;

    private final Kernel kernel;
    private final Tree files;

    DeviceChecks(Kernel kernel, Tree files) {
        this.kernel = kernel;
        this.files = files;
    }

    List<Finding> run(boolean tunnel) {
        List<Link> outside = outside();
        if (outside.isEmpty()) {
            return List.of(
                    Finding.warning(
                            "devices",
                            "no default route",
                            "the agent takes the device that has the node's InternalIP; what leaves the cluster has no"
                                    + " way",
                            "set a default route, or name the devices by 'devices'"),
                    forwarding("IPv4", "net/ipv4/ip_forward"),
                    forwarding("IPv6", "net/ipv6/conf/all/forwarding"));
        }
        List<Finding> findings = new ArrayList<>();
        outside.forEach(link -> findings.add(mtu(link, tunnel)));
        if (outside.stream().map(Link::mtu).distinct().count() > 1) {
            findings.add(Finding.warning(
                    "MTU",
                    outside.stream().map(link -> link.name() + " " + link.mtu()).collect(Collectors.joining(", ")),
                    "pods' MTU follows the device to the other nodes; what leaves by another may be too big and is"
                            + " answered by ICMP",
                    "set 'mtu' to the smallest if ICMP is filtered"));
        }
        outside.forEach(link -> findings.add(reversePath(link, outside.size() > 1)));
        findings.add(forwarding("IPv4", "net/ipv4/ip_forward"));
        findings.add(forwarding("IPv6", "net/ipv6/conf/all/forwarding"));
        return findings;
    }

    private List<Link> outside() {
        Set<Integer> indices = new LinkedHashSet<>();
        for (Route route : kernel.netlink().routes()) {
            if (route.destination().length() == 0
                    && route.table() == Route.MAIN
                    && route.type() == Route.Type.UNICAST) {
                indices.add(route.ifindex());
            }
        }
        return kernel.netlink().links().stream()
                .filter(link -> indices.contains(link.index()))
                .toList();
    }

    private static Finding mtu(Link link, boolean tunnel) {
        int left = tunnel ? link.mtu() - OVER_IPV4 : link.mtu();
        String found = link.name() + " " + link.mtu();
        if (left < IPV6_MTU) {
            return Finding.warning(
                    "MTU",
                    found,
                    "pods' MTU is " + left + ", and IPv6 does not work below " + IPV6_MTU,
                    "give the underlay at least " + (IPV6_MTU + OVER_IPV4) + " (" + (IPV6_MTU + OVER_IPV6)
                            + " where the tunnel runs over IPv6), or leave IPv6 off");
        }
        return Finding.ok("MTU", found + (tunnel ? ", " + left + " for pods in a tunnel over IPv4" : ""));
    }

    private Finding reversePath(Link link, boolean several) {
        String own = sysctl("net/ipv4/conf/" + link.name() + "/rp_filter");
        String all = sysctl("net/ipv4/conf/all/rp_filter");
        int effective = Math.max(number(own), number(all));
        String found = link.name() + " " + effective;
        if (effective != 1) {
            return Finding.ok("reverse path filter", found);
        }
        return several
                ? Finding.warning(
                        "reverse path filter",
                        found + ", strict",
                        "the host drops what comes in by one device and would be answered by another; at its own"
                                + " interfaces the agent sets 2",
                        "set net.ipv4.conf." + link.name() + ".rp_filter to 2 if traffic is asymmetric")
                : Finding.fine("reverse path filter", found + ", strict", "at its own interfaces the agent sets 2");
    }

    /// The agent switches it on. What switches it off again is somebody's file.
    private Finding forwarding(String family, String key) {
        String now = sysctl(key);
        String dotted = key.replace('/', '.');
        List<String> offenders = offenders(dotted);
        if (!offenders.isEmpty()) {
            return Finding.warning(
                    "forwarding " + family,
                    now,
                    "'sysctl --system' switches it off: what goes through the host's stack stops",
                    "take " + dotted + " out of " + String.join(", ", offenders));
        }
        return now.equals("1")
                ? Finding.ok("forwarding " + family, "1")
                : Finding.fine("forwarding " + family, now, "the agent switches it on where pods have " + family);
    }

    private List<String> offenders(String key) {
        List<String> candidates = new ArrayList<>(List.of("etc/sysctl.conf"));
        for (String folder : List.of("etc/sysctl.d", "run/sysctl.d", "usr/lib/sysctl.d")) {
            files.names(folder).forEach(name -> candidates.add(folder + "/" + name));
        }
        return candidates.stream()
                .filter(file -> files.lines(file).stream()
                        .map(line -> line.replace(" ", "").replace("\t", "").replace('/', '.'))
                        .anyMatch(line -> line.replaceFirst("^-", "").equals(key + "=0")))
                .map(file -> "/" + file)
                .toList();
    }

    private String sysctl(String key) {
        return kernel.sysctls().find(key).orElse("absent");
    }

    private static int number(String value) {
        return value.matches("[0-9]") ? Integer.parseInt(value) : 0;
    }
}
