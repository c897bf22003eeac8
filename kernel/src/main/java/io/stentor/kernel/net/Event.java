package io.stentor.kernel.net;

/// Something that changed in a network namespace.
public sealed interface Event {

    /// Made, or changed; the kernel repeats links whenever anything about them moves.
    record LinkSet(Link link) implements Event {}

    record LinkGone(Link link) implements Event {}

    record AddressSet(Address address) implements Event {}

    record AddressGone(Address address) implements Event {}

    record RouteSet(Route route) implements Event {}

    record RouteGone(Route route) implements Event {}

    record NeighbourSet(Neighbour neighbour) implements Event {}

    record NeighbourGone(Neighbour neighbour) implements Event {}

    /// Events were lost, as the reader was too slow: read everything anew.
    record Lost() implements Event {}
}
