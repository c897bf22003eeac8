package io.stentor.datapath.compile;

import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.Family;
import io.stentor.model.EndpointSlice;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// That a backend stands behind a port, as a slice says.
///
/// @param endpoint the slice's row about it: whether it can be used
record Standing(PortName port, Backend backend, EndpointSlice.Backend endpoint) {
    /// By address and port.
    static final Comparator<Backend> ORDER = Comparator.comparing(Backend::family)
            .thenComparing((a, b) ->
                    Long.compareUnsigned(a.address().high(), b.address().high()))
            .thenComparing((a, b) ->
                    Long.compareUnsigned(a.address().low(), b.address().low()))
            .thenComparingInt(Backend::port)
            .thenComparingInt(Backend::protocol);

    /// Whose backend it is, and which, whatever its state.
    record Pair(PortName port, Backend backend) {}

    Pair pair() {
        return new Pair(port, backend);
    }

    static Stream<Standing> of(EndpointSlice slice) {
        return slice.ports().stream()
                .flatMap(port -> slice.backends().stream().map(endpoint -> of(slice, port, endpoint)));
    }

    /// Behind one port alone.
    static Stream<Standing> of(EndpointSlice slice, PortName port) {
        return slice.ports().stream()
                .filter(offered -> offered.name().equals(port.port()) && offered.protocol() == port.protocol())
                .flatMap(offered -> slice.backends().stream()
                        .filter(endpoint -> Keys.family(endpoint.address()) == port.family())
                        .map(endpoint -> of(slice, offered, endpoint)));
    }

    private static Standing of(EndpointSlice slice, EndpointSlice.Port port, EndpointSlice.Backend endpoint) {
        Family family = Keys.family(endpoint.address());
        return new Standing(
                new PortName(slice.service(), port.name(), port.protocol(), family),
                new Backend(
                        Keys.bytes(endpoint.address()),
                        port.port(),
                        port.protocol().number(),
                        family),
                endpoint);
    }

    /// The ports that a slice has backends for.
    static Stream<PortName> ports(EndpointSlice slice) {
        List<Family> families = Keys.families(slice.backends().stream().map(EndpointSlice.Backend::address))
                .toList();
        return slice.ports().stream()
                .flatMap(port -> families.stream()
                        .map(family -> new PortName(slice.service(), port.name(), port.protocol(), family)))
                .distinct();
    }

    /// The ports that a backend of a slice stands behind there.
    static Stream<PortName> ports(EndpointSlice slice, Backend backend) {
        return slice.ports().stream()
                .filter(port -> port.port() == backend.port() && port.protocol().number() == backend.protocol())
                .map(port -> new PortName(slice.service(), port.name(), port.protocol(), backend.family()));
    }
}
