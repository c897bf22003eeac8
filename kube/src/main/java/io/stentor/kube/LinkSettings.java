package io.stentor.kube;

import java.util.List;

/// The node's devices.
///
/// @param mtu     of the underlay in bytes (`mtu`); 0: found by the agent
/// @param devices names, or prefixes that end in `+`; empty: found by the agent
public record LinkSettings(int mtu, List<String> devices) {}
