package io.stentor.model;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// A service that has addresses: what a node needs to know of it.
///
/// @param created when, as Kubernetes writes it: of two that claim one address and port the older has it
public record Service(ServiceName name, String created, List<ServicePort> ports, Reach reach, Selection selection) {

    public Service {
        ports = List.copyOf(ports);
    }

    /// Where it is reached.
    ///
    /// @param clusterIps  inside the cluster alone
    /// @param externalIps at nodes, addresses that lead there by others' doing
    /// @param balancerIps those that a load balancer was given, which sends on packets as they are
    /// @param atNodes     at nodes' own addresses
    /// @param clients     who may come from outside
    public record Reach(
            List<IpAddress> clusterIps,
            List<IpAddress> externalIps,
            List<IpAddress> balancerIps,
            AtNodes atNodes,
            Clients clients) {
        public Reach {
            clusterIps = List.copyOf(clusterIps);
            externalIps = List.copyOf(externalIps);
            balancerIps = List.copyOf(balancerIps);
        }

        /// With node ports in the families of the cluster's addresses, and nothing of this node alone.
        public Reach(
                List<IpAddress> clusterIps,
                List<IpAddress> externalIps,
                List<IpAddress> balancerIps,
                List<Cidr> sourceRanges,
                boolean rangesDeny) {
            this(
                    clusterIps,
                    externalIps,
                    balancerIps,
                    new AtNodes(
                            clusterIps.stream().map(IpAddress::family).collect(Collectors.toUnmodifiableSet()),
                            List.of()),
                    new Clients(sourceRanges, rangesDeny));
        }

        /// Of clients outside.
        public List<Cidr> sourceRanges() {
            return clients.ranges;
        }

        /// Whether the ranges are of those who may not.
        public boolean rangesDeny() {
            return clients.deny;
        }
    }

    /// Where it is reached at nodes' own addresses.
    ///
    /// @param nodePorts the families in which the node ports of its ports are open, at every node
    /// @param hostIps   addresses of this node alone at which its ports are open; the unspecified one of a family
    /// stands for all of them, loopback included
    public record AtNodes(Set<Family> nodePorts, List<IpAddress> hostIps) {
        public static final AtNodes NOWHERE = new AtNodes(Set.of(), List.of());

        public AtNodes {
            nodePorts = Set.copyOf(nodePorts);
            hostIps = List.copyOf(hostIps);
        }
    }

    /// Who may, or may not, use the addresses that are for those outside. Without ranges all may; with ranges of one
    /// family alone nobody of the other is in one.
    ///
    /// @param deny whether the ranges are of those who may not
    public record Clients(List<Cidr> ranges, boolean deny) {
        public static final Clients ALL = new Clients(List.of(), false);

        public Clients {
            ranges = List.copyOf(ranges);
        }
    }

    /// Which backend a client gets.
    ///
    /// @param inside          for clients in the cluster
    /// @param outside         for all others
    /// @param affinitySeconds for which a client keeps its backend after it was last heard of, 0: it does not
    /// @param healthCheckNodePort where a node says whether it has backends of its own, 0: nowhere
    public record Selection(
            TrafficPolicy inside, TrafficPolicy outside, int affinitySeconds, int healthCheckNodePort) {}
}
