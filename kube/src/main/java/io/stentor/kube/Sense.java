package io.stentor.kube;

import io.stentor.model.Cidr;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is well written and cannot be meant all the same: addresses that belong to no single host, ranges that belong
/// to no cluster.
final class Sense {

    /// Ranges by what their addresses are.
    private static final Map<Cidr, String> SPECIAL = Map.of(
            Cidr.of("0.0.0.0/8"), "an unspecified address",
            Cidr.of("127.0.0.0/8"), "a loopback address",
            Cidr.of("169.254.0.0/16"), "a link-local address",
            Cidr.of("224.0.0.0/4"), "a multicast address",
            Cidr.of("255.255.255.255/32"), "the broadcast address",
            Cidr.of("::/128"), "an unspecified address",
            Cidr.of("::1/128"), "a loopback address",
            Cidr.of("fe80::/10"), "a link-local address",
            Cidr.of("ff00::/8"), "a multicast address",
            Cidr.of("::ffff:0:0/96"), "an IPv4 address written as IPv6");

    /// Nobody's pods have as many addresses; such a range is a slip of the pen.
    private static final int LEAST_PREFIX_IPV4 = 4;

    private static final int LEAST_PREFIX_IPV6 = 8;

    private Sense() {}

    /// Why this cannot be the address of a node or pod, as the end of a sentence that begins with it.
    static Optional<String> fault(IpAddress address) {
        return SPECIAL.entrySet().stream()
                .filter(special -> special.getKey().contains(address))
                .map(special -> "is " + special.getValue() + ", which others cannot reach")
                .findFirst();
    }

    /// Why this cannot be a range of pods' addresses, as the end of a sentence that begins with it.
    ///
    /// @param nodes addresses of the node that has it
    static Optional<String> fault(Cidr range, List<IpAddress> nodes) {
        int least = range.family() == Family.IPV4 ? LEAST_PREFIX_IPV4 : LEAST_PREFIX_IPV6;
        if (range.prefix() < least) {
            return Optional.of("is larger than any cluster");
        }
        Optional<String> special = SPECIAL.entrySet().stream()
                .filter(entry -> entry.getKey().overlaps(range))
                .map(entry -> "overlaps " + entry.getKey() + ", and none of those is an address for pods")
                .findFirst();
        return special.or(() -> nodes.stream()
                .filter(range::contains)
                .map(node -> "contains the node's own address " + node)
                .findFirst());
    }
}
