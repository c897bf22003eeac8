package io.stentor.model;

/// Where rows come from. A source is synced once all that it had at the start has been committed;
/// until then a missing row says nothing, and nothing is deleted from the kernel for it.
///
/// Whoever adds a source adds it here; which of them a process has, it says when it makes its [State].
public enum Source {
    /// `CiliumNode` objects: [Table#NODES].
    NODES,
    /// Pods of other nodes, by their `CiliumEndpoint` objects: [Table#PODS].
    PODS,
    /// `Service` objects: [Table#SERVICES].
    SERVICES,
    /// `EndpointSlice` objects: [Table#SLICES].
    SLICES,
    /// Ports of this node that its `Pod` objects want: rows of [Table#SERVICES] and [Table#SLICES].
    HOST_PORTS,
    /// This node's `Node` object: [Table#OWN_NODE].
    OWN_NODE,
    /// Pods of this node, by CNI requests and what was kept of them on disk: [Table#ENDPOINTS].
    ENDPOINTS,
    /// The file of ranges that pods reach with their own address: [Table#UNMASQUERADED].
    MASQUERADE
}
