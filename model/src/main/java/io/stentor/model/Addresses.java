package io.stentor.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// At most one address of each family.
public record Addresses(Optional<IpAddress> ipv4, Optional<IpAddress> ipv6) {

    public Addresses {
        require(ipv4, Family.IPV4);
        require(ipv6, Family.IPV6);
    }

    private static void require(Optional<IpAddress> address, Family family) {
        if (address.isPresent() && address.get().family() != family) {
            throw new IllegalArgumentException(address.get() + " is no address of " + family);
        }
    }

    public Optional<IpAddress> of(Family family) {
        return family == Family.IPV4 ? ipv4 : ipv6;
    }

    /// Those that are there, IPv4 first.
    public List<IpAddress> all() {
        return Stream.of(ipv4, ipv6).flatMap(Optional::stream).toList();
    }
}
