package io.stentor.datapath.compile;

import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.FrontendKey;
import io.stentor.model.EndpointSlice;
import io.stentor.model.HostAddress;
import io.stentor.model.IpAddress;
import io.stentor.model.NodeAddress;
import io.stentor.model.OwnNode;
import io.stentor.model.Service;
import io.stentor.model.Table;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a change of services and slices concerns: ports, backends and frontends.
final class ServiceSubjects {
    private ServiceSubjects() {}

    /// Ports whose lists of backends may be others.
    static Stream<PortName> ports(Change change) {
        return Stream.of(portsOfServices(change), portsOfSlices(change), portsOfZone(change))
                .flatMap(ports -> ports)
                .distinct();
    }

    /// All, if the node is in another zone than before.
    private static Stream<PortName> portsOfZone(Change change) {
        return change.isSame(Table.OWN_NODE) || zones(change.before()).equals(zones(change.after()))
                ? Stream.empty()
                : Stream.concat(
                        change.before().numbers().services().keys(),
                        change.after().numbers().services().keys());
    }

    private static List<String> zones(Facts facts) {
        return facts.state().table(Table.OWN_NODE).values().map(OwnNode::zone).toList();
    }

    /// Ports whose services say something else.
    static Stream<PortName> portsOfServices(Change change) {
        return services(change).flatMap(Claim::ports).distinct();
    }

    private static Stream<PortName> portsOfSlices(Change change) {
        return change.rows(Table.SLICES)
                .flatMap(Standing::ports)
                .distinct()
                .filter(port -> change.before().has(port) || change.after().has(port));
    }

    /// Addresses and ports that somebody else may have, or that lead to more or fewer.
    static Stream<FrontendKey> frontends(Change change) {
        Stream<FrontendKey> ofSlices = Stream.concat(portsOfSlices(change), portsOfZone(change))
                .flatMap(port -> Stream.concat(
                                change.before().claims(port), change.after().claims(port))
                        .map(Claim::at));
        return Stream.concat(
                        services(change)
                                .flatMap(service -> Claim.of(service).stream().map(Claim::at)),
                        ofSlices)
                .distinct();
    }

    /// External addresses and ports whose address has become this node's, or is no more.
    static Stream<FrontendKey> externalFrontends(Change change) {
        Stream<IpAddress> held = change.rows(Table.HOST_ADDRESSES).map(HostAddress::address);
        Stream<IpAddress> known = change.rows(Table.NODES)
                .flatMap(node -> node.addresses().stream())
                .map(NodeAddress::address);
        return Stream.concat(held, known)
                .distinct()
                .flatMap(address -> change.after()
                        .all(Facts.SERVICES_BY_EXTERNAL_IP, address)
                        .values())
                .flatMap(service -> Claim.of(service).stream())
                .filter(claim -> claim.kind() == Claim.Kind.EXTERNAL_IP)
                .map(Claim::at);
    }

    /// Rows that changed, as they were and as they are. All of them when it is the moment from which they count.
    private static Stream<Service> services(Change change) {
        boolean all = change.before().numbers().areAwaited()
                && !change.after().numbers().areAwaited();
        Stream<Service> changed = change.rows(Table.SERVICES);
        return all
                ? Stream.concat(
                        changed, change.after().state().table(Table.SERVICES).values())
                : changed;
    }

    static Stream<PortName> portsComeOrGone(Change change) {
        return change.rows(Table.SERVICES)
                .map(Service::name)
                .distinct()
                .flatMap(name -> inOne(
                        change.before().service(name).stream().flatMap(Claim::ports),
                        change.after().service(name).stream().flatMap(Claim::ports)));
    }

    /// Backends that stand behind a port on one side of the change only.
    static Stream<Backend> backendsComeOrGone(Change change) {
        Stream<Backend> ofSlices = change.rows(Table.SLICES)
                .map(EndpointSlice::name)
                .distinct()
                .flatMap(name -> inOne(
                        Stream.ofNullable(change.before()
                                        .state()
                                        .table(Table.SLICES)
                                        .get(name))
                                .flatMap(Standing::of)
                                .map(Standing::pair),
                        Stream.ofNullable(change.after()
                                        .state()
                                        .table(Table.SLICES)
                                        .get(name))
                                .flatMap(Standing::of)
                                .map(Standing::pair)))
                .map(Standing.Pair::backend);
        Stream<Backend> ofPorts = portsComeOrGone(change)
                .flatMap(port -> Stream.of(change.before(), change.after())
                        .flatMap(facts -> facts.all(Facts.SLICES_BY_SERVICE, port.service())
                                .values())
                        .flatMap(slice -> Standing.of(slice, port))
                        .map(Standing::backend));
        return Stream.concat(ofSlices, ofPorts).distinct();
    }

    /// What is in one of the two only.
    private static <T> Stream<T> inOne(Stream<T> these, Stream<T> those) {
        Set<T> left = these.collect(Collectors.toSet());
        Set<T> right = those.collect(Collectors.toSet());
        Set<T> both = new HashSet<>(left);
        both.retainAll(right);
        return Stream.concat(left.stream(), right.stream()).filter(one -> !both.contains(one));
    }
}
