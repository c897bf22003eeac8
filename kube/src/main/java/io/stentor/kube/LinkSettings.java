package io.stentor.kube;

import java.util.List;
import java.util.Optional;

/// The node's devices.
///
/// @param mtu                 of the underlay in bytes (`mtu`); 0: found by the agent
/// @param devices             names, or prefixes that end in `+`; empty: found by the agent
/// @param detectDevices       `force-device-detection`: find devices besides those named
/// @param directRoutingDevice `direct-routing-device`
public record LinkSettings(
        int mtu, List<String> devices, boolean detectDevices, Optional<String> directRoutingDevice) {}
