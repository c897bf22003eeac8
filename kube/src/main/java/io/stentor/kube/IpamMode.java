package io.stentor.kube;

/// Where a node's pod CIDRs come from (`ipam`).
public enum IpamMode {
    /// The operator allocates them from the cluster's pools and writes them to `CiliumNode.spec.ipam.podCIDRs`.
    CLUSTER_POOL,
    /// `Node.spec.podCIDRs`.
    KUBERNETES
}
