package io.stentor.datapath.compile;

import io.stentor.bpf.generated.Backend;
import io.stentor.model.EndpointSlice;
import io.stentor.model.OwnNode;
import io.stentor.model.Service;
import io.stentor.model.TrafficPolicy;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The backends behind a service's port: those that clients in the cluster get and those that all others get, in two
/// lists, or in one where both get the same. In the order of their addresses and ports, each once.
///
/// @param service the port's number, which tells the lists' numbers
/// @param shared  whether there is one list
record BackendLists(int service, List<Backend> inside, List<Backend> outside, boolean shared) {

    /// One list, as the maps have it.
    record Numbered(int list, List<Backend> backends) {}

    /// Empty if there is no such port, or nothing is to be said of it yet.
    ///
    static Optional<BackendLists> of(PortName port, Facts facts, MapSettings settings) {
        Optional<Service> service = facts.service(port.service());
        Integer number = facts.numbers().service(port);
        if (service.isEmpty() || number == null || !facts.has(port) || facts.isAwaited(port)) {
            return Optional.empty();
        }
        TrafficPolicy inside = service.get().selection().inside();
        TrafficPolicy outside = service.get().selection().outside();
        List<Standing> all = facts.all(Facts.SLICES_BY_SERVICE, port.service())
                .values()
                .flatMap(slice -> Standing.of(slice, port))
                .toList();
        Near near = new Near(settings.node(), zone(facts, settings));
        List<Backend> first = chosen(all, inside, near);
        return Optional.of(new BackendLists(
                number, first, inside == outside ? first : chosen(all, outside, near), inside == outside));
    }

    /// @param zone of the node, or empty if zones are of no interest
    private record Near(String node, String zone) {}

    private static String zone(Facts facts, MapSettings settings) {
        return settings.services().topology()
                ? facts.ownNode(settings.node()).map(OwnNode::zone).orElse("")
                : "";
    }

    /// Those that take new connections; if there is none, those that are about to end and still answer.
    private static List<Backend> chosen(List<Standing> all, TrafficPolicy policy, Near near) {
        List<Standing> within = switch (policy) {
            case CLUSTER -> all;
            case LOCAL ->
                all.stream()
                        .filter(standing -> standing.endpoint().place().node().equals(near.node))
                        .toList();
        };
        List<Standing> ready =
                within.stream().filter(standing -> standing.endpoint().ready()).toList();
        return ready.isEmpty()
                ? backends(within.stream().filter(standing -> isLastResort(standing.endpoint())))
                : backends(policy == TrafficPolicy.CLUSTER ? meant(ready, near.zone).stream() : ready.stream());
    }

    /// Those for clients of a zone: all, unless each says for which zones it is, and there is one for this.
    private static List<Standing> meant(List<Standing> ready, String zone) {
        boolean said = !zone.isEmpty()
                && ready.stream().noneMatch(standing -> zones(standing).isEmpty());
        List<Standing> meant = said
                ? ready.stream()
                        .filter(standing -> zones(standing).contains(zone))
                        .toList()
                : List.of();
        return meant.isEmpty() ? ready : meant;
    }

    private static List<String> zones(Standing standing) {
        return standing.endpoint().place().zones();
    }

    private static boolean isLastResort(EndpointSlice.Backend endpoint) {
        return endpoint.serving() && endpoint.terminating();
    }

    private static List<Backend> backends(Stream<Standing> standings) {
        return standings
                .map(Standing::backend)
                .distinct()
                .sorted(Standing.ORDER)
                .toList();
    }

    int insideList() {
        return 2 * service;
    }

    int outsideList() {
        return shared ? insideList() : insideList() + 1;
    }

    Stream<Numbered> lists() {
        Numbered first = new Numbered(insideList(), inside);
        return shared ? Stream.of(first) : Stream.of(first, new Numbered(outsideList(), outside));
    }
}
