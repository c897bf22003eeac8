package io.stentor.kube;

/// How pod packets get to other nodes (`routing-mode`).
public enum RoutingMode {
    /// In VXLAN.
    TUNNEL,
    /// As they are: by direct routes (`auto-direct-node-routes`) or by a fabric that routes pod CIDRs.
    NATIVE
}
