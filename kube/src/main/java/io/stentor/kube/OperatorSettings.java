package io.stentor.kube;

/// The operator's configuration, checked and complete.
public record OperatorSettings(
        PoolSettings pools, ChoreSettings chores, LeaseSettings lease, ApiSettings api, ServingSettings serving) {}
