package io.stentor.model;

/// An address of a pod on another node.
///
/// @param address  the pod's
/// @param identity the pod's security identity
/// @param node     the address of the node that it is on, which the tunnel leads to
public record RemotePod(IpAddress address, int identity, IpAddress node) {}
