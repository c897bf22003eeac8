package io.stentor.model;

import java.util.List;

/// Some of the backends of a service, of one family.
///
/// @param ports at each of the endpoints
public record EndpointSlice(SliceName name, ServiceName service, List<Port> ports, List<Backend> backends) {

    public EndpointSlice {
        ports = List.copyOf(ports);
        backends = List.copyOf(backends);
    }

    /// A port of all its backends.
    ///
    /// @param name as the service's port has it
    public record Port(String name, Protocol protocol, int port) {}

    /// What stands behind a service, a pod mostly.
    ///
    /// @param ready       takes new connections
    /// @param serving     answers, though it may be about to end
    /// @param terminating about to end: gets new connections only where nobody else is left
    public record Backend(IpAddress address, boolean ready, boolean serving, boolean terminating, Place place) {}

    /// Where a backend is.
    ///
    /// @param node  or empty
    /// @param zones for whose clients it is meant; empty: for all
    public record Place(String node, List<String> zones) {
        public Place {
            zones = List.copyOf(zones);
        }
    }
}
