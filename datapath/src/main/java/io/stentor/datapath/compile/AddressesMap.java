package io.stentor.datapath.compile;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.Bytes6;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Address;
import io.stentor.bpf.generated.AddressKey;
import io.stentor.bpf.generated.AddressKind;
import io.stentor.bpf.generated.Identity;
import io.stentor.bpf.generated.Maps;
import io.stentor.model.Endpoint;
import io.stentor.model.Family;
import io.stentor.model.HostAddress;
import io.stentor.model.IpAddress;
import io.stentor.model.NodeAddress;
import io.stentor.model.RemotePod;
import io.stentor.model.Table;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The map `addresses`: whose an address is. Where several rows claim one, this node comes before its pods, its pods
/// before whatever else its host has, that before other nodes, those before other nodes' pods; of two nodes the one
/// whose name sorts first, of two pods of this
/// node the one with the lower number. The translation of the objects reports it.
final class AddressesMap implements MapFamily<IpAddress, AddressKey, Address> {
    private final MapSettings settings;
    private final NodePortPlaces nodePorts;

    AddressesMap(MapSettings settings) {
        this.settings = settings;
        this.nodePorts = new NodePortPlaces(settings);
    }

    @Override
    public MapSpec<AddressKey, Address> map() {
        return Maps.ADDRESSES;
    }

    /// Pods are concerned by their node too: it says where packets to them go.
    @Override
    public Stream<IpAddress> concerned(Change change) {
        Stream<IpAddress> nodes = change.rows(Table.NODES)
                .flatMap(node -> node.addresses().stream())
                .map(NodeAddress::address)
                .distinct()
                .flatMap(address -> Stream.concat(Stream.of(address), podsMoved(address, change)));
        Stream<IpAddress> endpoints =
                change.rows(Table.ENDPOINTS).flatMap(endpoint -> endpoint.addresses().all().stream());
        Stream<IpAddress> host = change.rows(Table.HOST_ADDRESSES).map(HostAddress::address);
        return Stream.of(
                        nodes,
                        endpoints,
                        change.rows(Table.PODS).map(RemotePod::address),
                        host,
                        nodePorts.concerned(change))
                .flatMap(subjects -> subjects);
    }

    private Stream<IpAddress> podsMoved(IpAddress node, Change change) {
        return hops(node, change.before()).equals(hops(node, change.after()))
                ? Stream.empty()
                : change.after().all(Facts.PODS_BY_NODE, node).keys();
    }

    @Override
    public Map<AddressKey, Address> entries(IpAddress address, Facts facts) {
        return local(address, facts)
                .or(() -> held(address, facts))
                .or(() -> remoteNode(address, facts))
                .or(() -> remotePod(address, facts))
                .map(entry -> Map.of(Keys.of(address), entry))
                .orElse(Map.of());
    }

    private Optional<Address> local(IpAddress address, Facts facts) {
        return facts.all(Facts.NODES_BY_ADDRESS, address).containsKey(settings.node())
                ? Optional.of(host(nodePorts.has(address, facts)))
                : facts.first(Facts.ENDPOINTS_BY_ADDRESS, address).map(AddressesMap::pod);
    }

    private Optional<Address> held(IpAddress address, Facts facts) {
        return facts.state().table(Table.HOST_ADDRESSES).containsKey(address)
                ? Optional.of(host(nodePorts.has(address, facts)))
                : Optional.empty();
    }

    private static Address host(boolean nodePorts) {
        return new Address(Bytes16.ZERO, Identity.HOST, 0, 0, AddressKind.HOST, 0, Bytes6.ZERO, nodePorts);
    }

    private static Address pod(Endpoint endpoint) {
        return new Address(
                Bytes16.ZERO,
                endpoint.identity(),
                endpoint.attachment().ifindex(),
                endpoint.id(),
                AddressKind.ENDPOINT,
                0,
                Keys.bytes(endpoint.attachment().podMac()),
                false);
    }

    private Optional<Address> remoteNode(IpAddress address, Facts facts) {
        return facts.first(Facts.NODES_BY_ADDRESS, address)
                .map(node ->
                        remote(AddressKind.REMOTE_NODE, Identity.REMOTE_NODE, settings.hop(node, address.family())));
    }

    private Optional<Address> remotePod(IpAddress address, Facts facts) {
        return Optional.ofNullable(facts.state().pods().get(address))
                .map(pod -> remote(AddressKind.REMOTE_POD, pod.identity(), hop(pod.node(), address.family(), facts)));
    }

    private Optional<IpAddress> hop(IpAddress node, Family family, Facts facts) {
        return facts.first(Facts.NODES_BY_ADDRESS, node).flatMap(n -> settings.hop(n, family));
    }

    private List<Optional<IpAddress>> hops(IpAddress node, Facts facts) {
        return Stream.of(Family.values())
                .map(family -> hop(node, family, facts))
                .toList();
    }

    private static Address remote(AddressKind kind, int identity, Optional<IpAddress> hop) {
        return new Address(
                hop.map(Keys::bytes).orElse(Bytes16.ZERO),
                identity,
                0,
                0,
                kind,
                hop.map(h -> Keys.number(h.family())).orElse(0),
                Bytes6.ZERO,
                false);
    }
}
