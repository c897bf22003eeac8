package io.stentor.datapath.compile;

import io.stentor.model.Cidr;
import java.util.List;

/// How services are served, the same for all of them.
///
/// @param nodePorts          at which of this node's addresses node ports are open
/// @param rangesForAll       whether ranges of clients count for all that is open to the outside, not for balancers'
/// addresses alone
/// @param clusterIpsOutside  whether the cluster's addresses are open to the outside
/// @param foreignExternalIps whether external addresses that are none of this node's lead clients in the cluster too
/// @param topology           whether backends that are meant for clients of this node's zone are preferred
public record ServiceTerms(
        NodePorts nodePorts,
        boolean rangesForAll,
        boolean clusterIpsOutside,
        boolean foreignExternalIps,
        boolean topology) {
    /// As Kubernetes has it.
    public static final ServiceTerms USUAL =
            new ServiceTerms(new NodePorts(List.of(), false), false, false, false, false);

    /// At which of this node's addresses node ports are open, where the node itself does not say so.
    ///
    /// @param ranges      at those in one of these; none: at the primary addresses
    /// @param internalIps at the InternalIPs instead
    public record NodePorts(List<Cidr> ranges, boolean internalIps) {
        public NodePorts {
            ranges = List.copyOf(ranges);
        }
    }
}
