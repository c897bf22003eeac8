package io.stentor.kube;

import io.stentor.model.Family;

/// How pod packets get to other nodes.
///
/// @param tunnelPort             UDP port of VXLAN (`tunnel-port`, 8472)
/// @param underlay               family of the outer packets (`underlay-protocol`); IPv6 when IPv4 is off
/// @param autoDirectNodeRoutes   native mode: routes to the pod CIDRs of nodes on the same L2
/// @param skipUnreachableNodes   `direct-routing-skip-unreachable`: no direct route, and no Problem, for a node that is
///                               not on the same L2
public record RoutingSettings(
        RoutingMode mode,
        int tunnelPort,
        Family underlay,
        boolean autoDirectNodeRoutes,
        boolean skipUnreachableNodes) {}
