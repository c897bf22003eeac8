package io.stentor.kube;

import java.time.Duration;

/// The tables of connections.
public record TrackingSettings(Room room, Lifetimes lifetimes) {

    /// For how many connections there is room; 0: the node's memory decides.
    ///
    /// @param ratio part of the memory for maps (`bpf-map-dynamic-size-ratio`), above 0 and at most 1
    /// @param tcp   `bpf-ct-global-tcp-max`
    /// @param other `bpf-ct-global-any-max`
    /// @param nat   `bpf-nat-global-max`
    public record Room(double ratio, int tcp, int other, int nat) {}

    /// How long a connection lives without packets; a second at least.
    ///
    /// @param tcp     `bpf-ct-timeout-regular-tcp`
    /// @param syn     `bpf-ct-timeout-regular-tcp-syn`
    /// @param closing `bpf-ct-timeout-regular-tcp-fin`
    /// @param other   `bpf-ct-timeout-regular-any`
    public record Lifetimes(Duration tcp, Duration syn, Duration closing, Duration other) {}
}
