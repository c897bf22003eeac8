package io.stentor.datapath.compile;

import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.FrontendKey;
import io.stentor.model.Cidr;
import io.stentor.model.Endpoint;
import io.stentor.model.EndpointSlice;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.OwnNode;
import io.stentor.model.PersistentMap;
import io.stentor.model.RemotePod;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.SliceName;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A state, its rows by what entries are made of, and the numbers that services and backends have. Immutable, and but
/// for the numbers a function of the state alone.
final class Facts {
    static final Index<IpAddress, String, Node> NODES_BY_ADDRESS = new Index<>(
            Table.NODES,
            node -> node.addresses().stream().map(NodeAddress::address).toList());

    static final Index<Cidr, String, Node> NODES_BY_POD_CIDR = new Index<>(Table.NODES, Node::podCidrs);

    static final Index<IpAddress, Integer, Endpoint> ENDPOINTS_BY_ADDRESS =
            new Index<>(Table.ENDPOINTS, endpoint -> endpoint.addresses().all());

    static final Index<Integer, Integer, Endpoint> ENDPOINTS_BY_LINK = new Index<>(
            Table.ENDPOINTS, endpoint -> List.of(endpoint.attachment().ifindex()));

    /// By the places in `local_pods` that their addresses tell.
    static final Index<Integer, Integer, Endpoint> ENDPOINTS_BY_PLACE = new Index<>(
            Table.ENDPOINTS,
            endpoint -> endpoint.addresses().all().stream().map(Keys::localPod).toList());

    /// By the address of the node that they are on.
    static final Index<IpAddress, IpAddress, RemotePod> PODS_BY_NODE =
            new Index<>(Table.PODS, pod -> List.of(pod.node()));

    /// By the addresses and ports that they claim.
    static final Index<FrontendKey, ServiceName, Service> SERVICES_BY_FRONTEND = new Index<>(
            Table.SERVICES, service -> Claim.of(service).stream().map(Claim::at).toList());

    static final Index<IpAddress, ServiceName, Service> SERVICES_BY_EXTERNAL_IP =
            new Index<>(Table.SERVICES, service -> service.reach().externalIps());

    static final Index<ServiceName, SliceName, EndpointSlice> SLICES_BY_SERVICE =
            new Index<>(Table.SLICES, slice -> List.of(slice.service()));

    static final Index<Backend, SliceName, EndpointSlice> SLICES_BY_BACKEND = new Index<>(
            Table.SLICES, slice -> Standing.of(slice).map(Standing::backend).toList());

    private static final List<Index<?, ?, ?>> ALL = List.of(
            NODES_BY_ADDRESS,
            NODES_BY_POD_CIDR,
            ENDPOINTS_BY_ADDRESS,
            ENDPOINTS_BY_LINK,
            ENDPOINTS_BY_PLACE,
            PODS_BY_NODE,
            SERVICES_BY_FRONTEND,
            SERVICES_BY_EXTERNAL_IP,
            SLICES_BY_SERVICE,
            SLICES_BY_BACKEND);

    private final State state;
    private final Map<Index<?, ?, ?>, PersistentMap<?, ?>> indices;
    private final Numbers numbers;
    private final Contested contested;

    private Facts(State state, Map<Index<?, ?, ?>, PersistentMap<?, ?>> indices, Numbers numbers, Contested contested) {
        this.state = state;
        this.indices = indices;
        this.numbers = numbers;
        this.contested = contested;
    }

    /// Of a state without rows.
    ///
    /// @param numbers that are there from before
    static Facts none(Numbers numbers) {
        return new Facts(State.awaiting(Set.of()), Map.of(), numbers.unsettled(), Contested.NOTHING);
    }

    State state() {
        return state;
    }

    Numbers numbers() {
        return numbers;
    }

    /// Addresses and ports that several services claim.
    Contested contested() {
        return contested;
    }

    /// Whether there is nothing left to come of what Kubernetes had at the start about services.
    boolean knowsServices() {
        return state.synced(Source.SERVICES) && state.synced(Source.SLICES) && state.synced(Source.HOST_PORTS);
    }

    /// What Kubernetes says of this node, if it has.
    Optional<OwnNode> ownNode(String name) {
        return Optional.ofNullable(state.table(Table.OWN_NODE).get(name));
    }

    /// Whether it is an address of this node.
    boolean isHere(IpAddress address, String node) {
        return state.table(Table.HOST_ADDRESSES).containsKey(address)
                || all(NODES_BY_ADDRESS, address).containsKey(node);
    }

    Optional<Service> service(ServiceName name) {
        return Optional.ofNullable(state.table(Table.SERVICES).get(name));
    }

    /// Whether there is a service that has this port.
    boolean has(PortName port) {
        return service(port.service())
                .filter(service -> Claim.ports(service).anyMatch(port::equals))
                .isPresent();
    }

    /// Whether it stands behind a port that there is.
    boolean has(Backend backend) {
        return all(SLICES_BY_BACKEND, backend)
                .values()
                .flatMap(slice -> Standing.ports(slice, backend))
                .anyMatch(this::has);
    }

    /// What a port claims.
    Stream<Claim> claims(PortName port) {
        return service(port.service()).stream()
                .flatMap(service -> Claim.of(service).stream())
                .filter(claim -> claim.portName().equals(port));
    }

    /// Whether the kernel has the port from before, and who is behind it may not be known yet: then nothing is compiled
    /// about it.
    boolean isAwaited(PortName port) {
        return numbers.areAwaited() && claims(port).anyMatch(claim -> numbers.isAwaited(claim.at()));
    }

    /// The facts of another state, at the cost of what differs.
    Facts next(State other) {
        Map<Index<?, ?, ?>, PersistentMap<?, ?>> next = new HashMap<>();
        for (Index<?, ?, ?> index : ALL) {
            next.put(index, next(index, other));
        }
        Change change = new Change(this, new Facts(other, next, numbers, contested));
        return new Facts(other, next, numbers.next(change), contested.next(change));
    }

    private <P, K extends Comparable<K>, R> PersistentMap<?, ?> next(Index<P, K, R> index, State other) {
        return index.next(content(index), state, other);
    }

    /// All rows that say this, by their keys in the table.
    <P, K extends Comparable<K>, R> PersistentMap<K, R> all(Index<P, K, R> index, P said) {
        PersistentMap<K, R> rows = content(index).get(said);
        return rows == null ? PersistentMap.empty() : rows;
    }

    /// Of the rows that say this the one whose key sorts first.
    <P, K extends Comparable<K>, R> Optional<R> first(Index<P, K, R> index, P said) {
        Map.@Nullable Entry<K, R> first = null;
        for (Map.Entry<K, R> row : all(index, said)) {
            first = first == null || row.getKey().compareTo(first.getKey()) < 0 ? row : first;
        }
        return Optional.ofNullable(first).map(Map.Entry::getValue);
    }

    // A content is only ever put together with its own index, which carries the types.
    @SuppressWarnings("unchecked")
    private <P, K extends Comparable<K>, R> PersistentMap<P, PersistentMap<K, R>> content(Index<P, K, R> index) {
        PersistentMap<?, ?> content = indices.get(index);
        return content == null ? PersistentMap.empty() : (PersistentMap<P, PersistentMap<K, R>>) content;
    }
}
