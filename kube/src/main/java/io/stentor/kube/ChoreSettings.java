package io.stentor.kube;

import java.time.Duration;

/// What the operator does besides pool allocation.
///
/// @param installCrds        unless `skip-crd-creation`
/// @param endpointGcInterval between collections of stale CiliumEndpoints; zero: never
/// @param nodesGcInterval    between collections of CiliumNodes without a Node; zero: never
/// @param services           those whose problems are told in events
public record ChoreSettings(
        boolean installCrds,
        Duration endpointGcInterval,
        Duration nodesGcInterval,
        TaintSettings taints,
        ServiceSettings services) {}
