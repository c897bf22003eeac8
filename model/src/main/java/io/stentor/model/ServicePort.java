package io.stentor.model;

/// A port of a service.
///
/// @param name     which ports of EndpointSlices stand behind it; empty where a service has one port without a name
/// @param port     at all addresses of the service
/// @param nodePort at the addresses of nodes, 0 for none
public record ServicePort(String name, Protocol protocol, int port, int nodePort) {}
