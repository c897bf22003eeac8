package io.stentor.model;

/// An address of this host.
///
/// @param primary whether it is the first of its family on a device that leads out of the node
public record HostAddress(IpAddress address, boolean primary) {}
