package io.stentor.kube;

import java.net.InetSocketAddress;
import java.util.Optional;

/// What a program tells about itself.
///
/// @param health  `/healthz`
/// @param metrics `/metrics`; absent: not served
public record ServingSettings(InetSocketAddress health, Optional<InetSocketAddress> metrics, LogSettings log) {}
