package io.stentor.model;

/// The node that an agent runs on, as Kubernetes has it.
///
/// @param zone      where it is, or empty; backends are meant for the clients of zones
/// @param nodePorts at which of its addresses node ports are open
public record OwnNode(String name, String zone, NodePorts nodePorts) {

    /// At which of a node's addresses node ports are open.
    public enum NodePorts {
        /// The node does not say: as the configuration has it.
        AS_CONFIGURED,
        /// Its InternalIPs.
        INTERNAL_IPS,
        /// All.
        ALL
    }
}
