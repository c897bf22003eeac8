package io.stentor.kube;

import io.stentor.model.Cidr;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.Problem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What nodes say of themselves, held against each other: no address and no pod CIDR belongs to two of them. The own
/// node comes first, then the older one, then the one whose name sorts first; the other goes without, and a Problem
/// says so. The order in which the nodes were seen has no part in it.
final class NodeClaims {

    private static final Comparator<Claim> BY_AGE =
            Comparator.comparing(Claim::created).thenComparing(c -> c.node().name());

    private final String own;
    private final Map<IpAddress, String> addresses = new HashMap<>();
    /// Disjoint, so that what overlaps a range is its neighbour.
    private final TreeMap<Cidr, String> cidrs = new TreeMap<>();

    private final Map<String, Translated<Node>> settled = new HashMap<>();

    private NodeClaims(String own) {
        this.own = own;
    }

    /// @param created creation time of the object as Kubernetes writes it, which sorts as text
    record Claim(Node node, String created) {}

    /// @param own name of the agent's own node
    /// @return by name, each without what belongs to another
    static Map<String, Translated<Node>> settle(Collection<Claim> claims, String own) {
        NodeClaims all = new NodeClaims(own);
        claims.stream()
                .sorted(Comparator.comparing((Claim c) -> !c.node().name().equals(all.own))
                        .thenComparing(BY_AGE))
                .forEach(claim -> all.settle(claim.node()));
        return all.settled;
    }

    private void settle(Node node) {
        List<Problem> problems = new ArrayList<>();
        List<NodeAddress> left = new ArrayList<>();
        for (NodeAddress address : node.addresses()) {
            String owner = address.type() == NodeAddress.Type.HOSTNAME
                    ? node.name()
                    : addresses.computeIfAbsent(address.address(), a -> node.name());
            if (owner.equals(node.name())) {
                left.add(address);
            } else {
                problems.add(problem(
                        node, "spec.addresses", address.address() + " is an address of node " + owner + " already"));
            }
        }
        List<Cidr> ranges = new ArrayList<>();
        for (Cidr cidr : node.podCidrs()) {
            Cidr other = overlapping(cidr);
            if (other == null) {
                cidrs.put(cidr, node.name());
                ranges.add(cidr);
            } else {
                String owner = cidrs.get(other);
                String of = owner != null && owner.equals(node.name()) ? "of the same node" : "of node " + owner;
                problems.add(problem(node, "spec.ipam.podCIDRs", cidr + " overlaps " + other + " " + of));
            }
        }
        settled.put(node.name(), new Translated<>(new Node(node.name(), left, ranges), problems));
    }

    private @Nullable Cidr overlapping(Cidr cidr) {
        Cidr before = cidrs.floorKey(cidr);
        if (before != null && before.overlaps(cidr)) {
            return before;
        }
        Cidr after = cidrs.ceilingKey(cidr);
        return after != null && after.overlaps(cidr) ? after : null;
    }

    private static Problem problem(Node node, String field, String reason) {
        return new Problem("CiliumNode/" + node.name(), field, reason + " and is left out here");
    }
}
