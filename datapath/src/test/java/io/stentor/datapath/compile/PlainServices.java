package io.stentor.datapath.compile;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.AffinityMember;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.Frontend;
import io.stentor.bpf.generated.FrontendFlag;
import io.stentor.bpf.generated.FrontendKey;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.SlotKey;
import io.stentor.bpf.generated.SourceRangeKey;
import io.stentor.datapath.sync.MapImage;
import io.stentor.model.Cidr;
import io.stentor.model.EndpointSlice;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.OwnNode;
import io.stentor.model.Service;
import io.stentor.model.ServicePort;
import io.stentor.model.State;
import io.stentor.model.Table;
import io.stentor.model.TrafficPolicy;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/// The part of [PlainImages] that is about services: who has an address and port is who is written last, and each list
/// is looked for in all slices.
record PlainServices(MapSettings settings, State state, Numbers numbers) {

    List<MapImage<?, ?>> all() {
        return List.of(
                MapImage.of(Maps.BACKENDS, backends()),
                MapImage.of(Maps.SLOTS, slots()),
                MapImage.of(Maps.MEMBERS, members()),
                MapImage.of(Maps.SOURCE_RANGES, sourceRanges()),
                MapImage.of(Maps.FRONTENDS, frontends()));
    }

    private record Place(IpAddress address, int port) {}

    private List<Service> youngestFirst() {
        return state.table(Table.SERVICES)
                .values()
                .sorted(Comparator.comparing(Service::created)
                        .thenComparing(Service::name)
                        .reversed())
                .toList();
    }

    private static List<Family> families(Service service) {
        return List.of(Family.values()).stream()
                .filter(family -> has(service.reach().clusterIps(), family)
                        || has(service.reach().balancerIps(), family)
                        || has(service.reach().externalIps(), family)
                        || has(service.reach().atNodes().hostIps(), family)
                        || service.reach().atNodes().nodePorts().contains(family))
                .toList();
    }

    private static boolean has(List<IpAddress> addresses, Family family) {
        return addresses.stream().anyMatch(address -> address.family() == family);
    }

    private Map<Integer, Backend> backends() {
        Map<Integer, Backend> entries = new HashMap<>();
        for (Service service : youngestFirst()) {
            for (ServicePort port : service.ports()) {
                for (Family family : families(service)) {
                    for (Place place : places(service, port, family, any -> true)) {
                        entries.put(number(place, port), backend(place, port));
                    }
                }
            }
        }
        return entries;
    }

    private static io.stentor.bpf.generated.Family layout(Family family) {
        return switch (family) {
            case IPV4 -> io.stentor.bpf.generated.Family.IPV4;
            case IPV6 -> io.stentor.bpf.generated.Family.IPV6;
        };
    }

    private static Backend backend(Place place, ServicePort port) {
        return new Backend(
                Keys.bytes(place.address), place.port, port.protocol().number(), layout(place.address.family()));
    }

    private int number(Place place, ServicePort port) {
        return numbers.backend(backend(place, port));
    }

    private int number(Service service, ServicePort port, Family family) {
        return numbers.services().get(new PortName(service.name(), port.name(), port.protocol(), layout(family)));
    }

    private SortedSet<Place> places(
            Service service, ServicePort port, Family family, Predicate<EndpointSlice.Backend> usable) {
        SortedSet<Place> places =
                new TreeSet<>(Comparator.comparing(Place::address).thenComparingInt(Place::port));
        state.table(Table.SLICES).forEach((name, slice) -> {
            for (EndpointSlice.Port offered : slice.ports()) {
                for (EndpointSlice.Backend backend : slice.backends()) {
                    if (slice.service().equals(service.name())
                            && offered.name().equals(port.name())
                            && offered.protocol() == port.protocol()
                            && backend.address().family() == family
                            && usable.test(backend)) {
                        places.add(new Place(backend.address(), offered.port()));
                    }
                }
            }
        });
        return places;
    }

    private SortedSet<Place> list(Service service, ServicePort port, Family family, TrafficPolicy policy) {
        Predicate<EndpointSlice.Backend> here = backend ->
                policy == TrafficPolicy.CLUSTER || backend.place().node().equals(settings.node());
        Predicate<EndpointSlice.Backend> taken = here.and(EndpointSlice.Backend::ready);
        SortedSet<Place> ready = places(service, port, family, taken);
        String zone = zone();
        boolean toAll = !places(
                        service, port, family, taken.and(b -> b.place().zones().isEmpty()))
                .isEmpty();
        SortedSet<Place> meant =
                places(service, port, family, taken.and(b -> b.place().zones().contains(zone)));
        if (policy == TrafficPolicy.CLUSTER && !toAll && !zone.isEmpty() && !meant.isEmpty()) {
            return meant;
        }
        return ready.isEmpty()
                ? places(
                        service,
                        port,
                        family,
                        here.and(EndpointSlice.Backend::serving).and(EndpointSlice.Backend::terminating))
                : ready;
    }

    private String zone() {
        OwnNode own = state.table(Table.OWN_NODE).get(settings.node());
        return own == null || !settings.services().topology() ? "" : own.zone();
    }

    private boolean isHere(IpAddress address) {
        Node self = state.nodes().get(settings.node());
        return state.table(Table.HOST_ADDRESSES).containsKey(address)
                || (self != null
                        && self.addresses().stream().anyMatch(a -> a.address().equals(address)));
    }

    private interface EachList {
        void take(Service service, ServicePort port, int list, SortedSet<Place> places);
    }

    private void lists(EachList each) {
        for (Service service : youngestFirst()) {
            Service.Selection selection = service.selection();
            for (ServicePort port : service.ports()) {
                for (Family family : families(service)) {
                    int first = 2 * number(service, port, family);
                    each.take(service, port, first, list(service, port, family, selection.inside()));
                    if (selection.inside() != selection.outside()) {
                        each.take(service, port, first + 1, list(service, port, family, selection.outside()));
                    }
                }
            }
        }
    }

    private Map<SlotKey, Integer> slots() {
        Map<SlotKey, Integer> entries = new HashMap<>();
        lists((service, port, list, places) -> {
            int slot = 0;
            for (Place place : places) {
                entries.put(new SlotKey(list, slot++), number(place, port));
            }
        });
        return entries;
    }

    private Map<AffinityMember, Integer> members() {
        Map<AffinityMember, Integer> entries = new HashMap<>();
        lists((service, port, list, places) -> {
            if (service.selection().affinitySeconds() != 0) {
                places.forEach(place -> entries.put(new AffinityMember(list, number(place, port)), 1));
            }
        });
        return entries;
    }

    private Map<SourceRangeKey, Integer> sourceRanges() {
        Map<SourceRangeKey, Integer> entries = new HashMap<>();
        for (Service service : youngestFirst()) {
            for (ServicePort port : service.ports()) {
                for (Cidr range : service.reach().sourceRanges()) {
                    if (families(service).contains(range.family())) {
                        int number = number(service, port, range.family());
                        int family = Keys.number(range.family());
                        entries.put(
                                new SourceRangeKey(96 + range.prefix(), number, family, Keys.bytes(range.address())),
                                1);
                    }
                }
            }
        }
        return entries;
    }

    private Map<FrontendKey, Frontend> frontends() {
        Map<FrontendKey, Frontend> entries = new HashMap<>();
        for (Service service : youngestFirst()) {
            Service.Reach reach = service.reach();
            int ranges = reach.sourceRanges().isEmpty()
                    ? 0
                    : reach.rangesDeny() ? FrontendFlag.RANGES | FrontendFlag.RANGES_DENY : FrontendFlag.RANGES;
            int outside = service.selection().outside() == TrafficPolicy.LOCAL
                    ? FrontendFlag.OUTSIDE | FrontendFlag.LOCAL
                    : FrontendFlag.OUTSIDE;
            ServiceTerms terms = settings.services();
            int open = outside | (terms.rangesForAll() ? ranges : 0);
            List<ServicePort> lastFirst = service.ports().reversed();
            for (ServicePort port : lastFirst) {
                for (Family family : port.nodePort() == 0 ? new Family[0] : Family.values()) {
                    if (reach.atNodes().nodePorts().contains(family)) {
                        put(entries, service, port, family, Bytes16.ZERO, port.nodePort(), open);
                    }
                }
            }
            int here = open | FrontendFlag.THIS_NODE;
            lastFirst.forEach(
                    port -> put(entries, service, port, reach.atNodes().hostIps(), here));
            for (IpAddress ip : reach.externalIps()) {
                int foreign = terms.foreignExternalIps() || isHere(ip) ? 0 : FrontendFlag.FOREIGN;
                lastFirst.forEach(port -> put(entries, service, port, List.of(ip), open | foreign));
            }
            lastFirst.forEach(port -> put(entries, service, port, reach.balancerIps(), outside | ranges));
            int inside = terms.clusterIpsOutside() ? open : 0;
            lastFirst.forEach(port -> put(entries, service, port, reach.clusterIps(), inside));
        }
        return entries;
    }

    private void put(
            Map<FrontendKey, Frontend> entries,
            Service service,
            ServicePort port,
            List<IpAddress> addresses,
            int flags) {
        addresses.forEach(ip -> put(entries, service, port, ip.family(), Keys.bytes(ip), port.port(), flags));
    }

    private void put(
            Map<FrontendKey, Frontend> entries,
            Service service,
            ServicePort port,
            Family family,
            Bytes16 address,
            int number,
            int flags) {
        Service.Selection selection = service.selection();
        int own = number(service, port, family);
        entries.put(
                new FrontendKey(address, number, port.protocol().number(), layout(family)),
                new Frontend(
                        own,
                        2 * own,
                        list(service, port, family, selection.inside()).size(),
                        selection.inside() == selection.outside() ? 2 * own : 2 * own + 1,
                        list(service, port, family, selection.outside()).size(),
                        selection.affinitySeconds(),
                        flags));
    }
}
