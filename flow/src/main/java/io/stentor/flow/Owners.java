package io.stentor.flow;

import io.stentor.bpf.generated.Identity;
import io.stentor.model.Cidr;
import io.stentor.model.Endpoint;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.State;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Whose the addresses of one state are. Where two claim one address, the same comes first as in the datapath's maps:
/// this node, its pods, other nodes, their pods; of two nodes the one whose name sorts first.
public final class Owners {
    private final State state;
    private final String own;
    private final Map<IpAddress, Owner> addresses = new HashMap<>();
    private final SortedMap<Cidr, Owner> ranges = new TreeMap<>();

    /// @param own this node's name
    public Owners(State state, String own) {
        this.state = state;
        this.own = own;
        Map<IpAddress, String> nodeNames = new HashMap<>();
        List<Node> nodes = state.nodes()
                .values()
                .sorted(Comparator.comparing(Node::name).reversed())
                .toList();
        nodes.forEach(node -> node.addresses().forEach(a -> nodeNames.put(a.address(), node.name())));
        state.pods().forEach((address, pod) -> {
            String node = nodeNames.getOrDefault(pod.node(), pod.node().toString());
            addresses.put(address, new Owner(Owner.Kind.REMOTE_POD, "", node, pod.identity()));
        });
        nodes.stream().filter(node -> !node.name().equals(own)).forEach(this::addNode);
        state.endpoints().values().forEach(this::addEndpoint);
        nodes.stream().filter(node -> node.name().equals(own)).forEach(this::addNode);
    }

    private void addNode(Node node) {
        boolean local = node.name().equals(own);
        Owner owner = local
                ? new Owner(Owner.Kind.HOST, own, own, Identity.HOST)
                : new Owner(Owner.Kind.REMOTE_NODE, node.name(), node.name(), Identity.REMOTE_NODE);
        node.addresses().stream().map(NodeAddress::address).forEach(a -> addresses.put(a, owner));
        Owner.Kind pods = local ? Owner.Kind.POD : Owner.Kind.REMOTE_POD;
        node.podCidrs().forEach(range -> ranges.put(range, new Owner(pods, "", node.name(), Identity.INIT)));
    }

    private void addEndpoint(Endpoint endpoint) {
        Owner owner = owner(endpoint);
        endpoint.addresses().all().forEach(a -> addresses.put(a, owner));
    }

    private Owner owner(Endpoint endpoint) {
        return new Owner(Owner.Kind.POD, endpoint.pod().toString(), own, endpoint.identity());
    }

    /// The revision of the state that this was made from.
    public long revision() {
        return state.revision();
    }

    /// Whose an address is; empty for the world.
    public Optional<Owner> of(IpAddress address) {
        Owner exact = addresses.get(address);
        if (exact != null) {
            return Optional.of(exact);
        }
        // Few are asked about that are in no table, so that a walk over the nodes will do.
        return ranges.entrySet().stream()
                .filter(range -> range.getKey().contains(address))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /// A pod of this node by its number.
    public Optional<Owner> of(int endpoint) {
        return Optional.ofNullable(state.endpoints().get(endpoint)).map(this::owner);
    }

    /// All addresses that have an owner, sorted.
    public SortedMap<IpAddress, Owner> addresses() {
        return new TreeMap<>(addresses);
    }

    /// The ranges that nodes give addresses to pods from, sorted.
    public SortedMap<Cidr, Owner> ranges() {
        return Collections.unmodifiableSortedMap(ranges);
    }
}
