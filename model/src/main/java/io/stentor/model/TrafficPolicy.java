package io.stentor.model;

/// Which backends a node may choose.
public enum TrafficPolicy {
    /// All of them.
    CLUSTER,
    /// Those on the node alone.
    LOCAL
}
