package io.stentor.model;

import java.util.List;
import java.util.Optional;

/// A node of the cluster, this one included.
///
/// @param name      as Kubernetes names it
/// @param addresses in the order that the node announces them; of one type and family the first counts
/// @param podCidrs  the ranges that its pods get their addresses from
public record Node(String name, List<NodeAddress> addresses, List<Cidr> podCidrs) {

    public Node {
        addresses = List.copyOf(addresses);
        podCidrs = List.copyOf(podCidrs);
    }

    /// The first address of a type in a family.
    public Optional<IpAddress> address(NodeAddress.Type type, Family family) {
        return addresses.stream()
                .filter(a -> a.type() == type && a.address().family() == family)
                .map(NodeAddress::address)
                .findFirst();
    }

    /// The address by which the other nodes know this one.
    public Optional<IpAddress> internalIp(Family family) {
        return address(NodeAddress.Type.INTERNAL_IP, family);
    }
}
