package io.stentor.kube;

/// How pod packets get to other nodes.
///
/// @param tunnel                 of tunnel mode
/// @param autoDirectNodeRoutes   native mode: routes to the pod CIDRs of nodes on the same L2
/// @param skipUnreachableNodes   `direct-routing-skip-unreachable`: no direct route, and no Problem, for a node that is
///                               not on the same L2
/// @param links                  that they go by
public record RoutingSettings(
        RoutingMode mode,
        TunnelSettings tunnel,
        boolean autoDirectNodeRoutes,
        boolean skipUnreachableNodes,
        LinkSettings links) {}
