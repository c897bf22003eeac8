package io.stentor.node;

import io.stentor.kernel.net.Address;
import io.stentor.kernel.net.Link;
import io.stentor.model.Addresses;
import io.stentor.model.Family;
import io.stentor.model.HostAddress;
import io.stentor.model.IpAddress;
import io.stentor.model.PersistentMap;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The addresses of this host at which others can reach it, those of any device: not loopback's, nor what counts on
/// one link alone.
final class HostAddresses {
    private HostAddresses() {}

    /// @param all     of the host
    /// @param outside devices that lead out of the node
    /// @param own     InternalIPs, which come before other addresses of their device
    static PersistentMap<IpAddress, HostAddress> of(List<Address> all, Set<Link> outside, Addresses own) {
        List<Address> reachable =
                all.stream().filter(HostAddresses::isReachable).toList();
        Set<IpAddress> primary = outside.stream()
                .flatMap(link ->
                        Stream.of(Family.values()).flatMap(family -> primary(reachable, link, family, own).stream()))
                .collect(Collectors.toSet());
        PersistentMap<IpAddress, HostAddress> rows = PersistentMap.empty();
        for (Address held : reachable) {
            IpAddress address = KernelTerms.address(held.address());
            rows = rows.plus(address, new HostAddress(address, primary.contains(address)));
        }
        return rows;
    }

    private static boolean isReachable(Address held) {
        return !held.address().isLoopbackAddress()
                && !held.address().isLinkLocalAddress()
                && !held.address().isMulticastAddress()
                && (held.flags() & Address.DAD_FAILED) == 0;
    }

    /// The kernel has secondary addresses behind those that they belong to.
    private static Optional<IpAddress> primary(List<Address> reachable, Link link, Family family, Addresses own) {
        return reachable.stream()
                .filter(held -> held.ifindex() == link.index())
                .filter(held -> KernelTerms.address(held.address()).family() == family)
                .map(held -> KernelTerms.address(held.address()))
                .min(Comparator.comparing(address -> !own.all().contains(address)));
    }
}
