package io.stentor.lab.control;

import io.stentor.model.Cidr;
import java.time.Duration;
import java.util.List;

/// @param podCidrs     ranges that nodes get their `spec.podCIDRs` from, one a family; empty: nodes get none, as
/// without
///                     `--allocate-node-cidrs`
/// @param nodeMaskV4   prefix length of a node's share of an IPv4 range
/// @param nodeMaskV6   the same for IPv6
/// @param nodeGrace    how long a node's Lease may be old before the node counts as not ready
/// @param authorityPem what each namespace's `kube-root-ca.crt` holds; "" for no such ConfigMap
public record ControlConfig(
        List<Cidr> podCidrs, int nodeMaskV4, int nodeMaskV6, Duration nodeGrace, String authorityPem) {

    /// Without the certificate in each namespace.
    public ControlConfig(List<Cidr> podCidrs, int nodeMaskV4, int nodeMaskV6, Duration nodeGrace) {
        this(podCidrs, nodeMaskV4, nodeMaskV6, nodeGrace, "");
    }
}
