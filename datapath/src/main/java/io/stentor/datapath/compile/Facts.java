package io.stentor.datapath.compile;

import io.stentor.model.Cidr;
import io.stentor.model.Endpoint;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.PersistentMap;
import io.stentor.model.RemotePod;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A state, and its rows by what entries are made of. Immutable, and a function of the state alone.
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

    private static final List<Index<?, ?, ?>> ALL = List.of(
            NODES_BY_ADDRESS,
            NODES_BY_POD_CIDR,
            ENDPOINTS_BY_ADDRESS,
            ENDPOINTS_BY_LINK,
            ENDPOINTS_BY_PLACE,
            PODS_BY_NODE);

    /// Of a state without rows.
    static final Facts NONE = new Facts(State.awaiting(Set.of()), Map.of());

    private final State state;
    private final Map<Index<?, ?, ?>, PersistentMap<?, ?>> indices;

    private Facts(State state, Map<Index<?, ?, ?>, PersistentMap<?, ?>> indices) {
        this.state = state;
        this.indices = indices;
    }

    State state() {
        return state;
    }

    /// The facts of another state, at the cost of what differs.
    Facts next(State other) {
        Map<Index<?, ?, ?>, PersistentMap<?, ?>> next = new HashMap<>();
        for (Index<?, ?, ?> index : ALL) {
            next.put(index, next(index, other));
        }
        return new Facts(other, next);
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
