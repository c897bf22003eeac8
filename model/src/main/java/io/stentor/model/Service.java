package io.stentor.model;

import java.util.List;

/// A service that has addresses: what a node needs to know of it.
///
/// @param created when, as Kubernetes writes it: of two that claim one address and port the older has it
public record Service(ServiceName name, String created, List<ServicePort> ports, Reach reach, Selection selection) {

    public Service {
        ports = List.copyOf(ports);
    }

    /// Where it is reached. Of the ranges it says who may, or may not, use the balancer's addresses from outside;
    /// without any all may.
    ///
    /// @param clusterIps   inside the cluster alone
    /// @param externalIps  at nodes, addresses that lead there by others' doing
    /// @param balancerIps  those that a load balancer was given, which sends on packets as they are
    /// @param sourceRanges of clients outside
    /// @param rangesDeny   whether the ranges are of those who may not
    public record Reach(
            List<IpAddress> clusterIps,
            List<IpAddress> externalIps,
            List<IpAddress> balancerIps,
            List<Cidr> sourceRanges,
            boolean rangesDeny) {
        public Reach {
            clusterIps = List.copyOf(clusterIps);
            externalIps = List.copyOf(externalIps);
            balancerIps = List.copyOf(balancerIps);
            sourceRanges = List.copyOf(sourceRanges);
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
