package io.stentor.datapath.compile;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.Bytes6;
import io.stentor.bpf.generated.Address;
import io.stentor.bpf.generated.AddressKey;
import io.stentor.bpf.generated.AddressKind;
import io.stentor.bpf.generated.Identity;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.Range;
import io.stentor.bpf.generated.RangeKey;
import io.stentor.bpf.generated.RangeKind;
import io.stentor.datapath.sync.MapImage;
import io.stentor.model.Endpoint;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.RemotePod;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// From a state to the images of all of the agent's maps: a pure function of the state, whatever way led to it.
///
/// Where two rows claim one address, this node comes before its pods, its pods before other nodes, those before
/// other nodes' pods, and of two nodes the one whose name sorts first; the translation of the objects reports it.
public final class MapCompiler {
    private final MapSettings settings;

    public MapCompiler(MapSettings settings) {
        this.settings = settings;
    }

    /// Images in the order in which they are written: referents before referrers.
    public List<MapImage<?, ?>> compile(State state) {
        return List.of(
                MapImage.of(Maps.ENDPOINTS, endpoints(state)),
                MapImage.of(Maps.RANGES, ranges(state)),
                MapImage.of(Maps.ADDRESSES, addresses(state)));
    }

    private static Map<Integer, io.stentor.bpf.generated.Endpoint> endpoints(State state) {
        Map<Integer, io.stentor.bpf.generated.Endpoint> entries = new HashMap<>();
        for (Endpoint endpoint : values(state.endpoints())) {
            entries.put(
                    endpoint.attachment().ifindex(),
                    new io.stentor.bpf.generated.Endpoint(
                            endpoint.addresses().ipv4().map(Keys::bytes).orElse(Bytes16.ZERO),
                            endpoint.addresses().ipv6().map(Keys::bytes).orElse(Bytes16.ZERO),
                            endpoint.identity(),
                            endpoint.id(),
                            Keys.bytes(endpoint.attachment().podMac())));
        }
        return entries;
    }

    private Map<RangeKey, Range> ranges(State state) {
        Map<RangeKey, Range> entries = new HashMap<>();
        Range outside = new Range(Bytes16.ZERO, Identity.WORLD, RangeKind.UNMASQUERADED, 0);
        settings.unmasqueraded().forEach(range -> entries.put(Keys.of(range), outside));
        values(state.table(Table.UNMASQUERADED)).forEach(range -> entries.put(Keys.of(range), outside));
        for (Node node : nodesFirstLast(state)) {
            boolean local = node.name().equals(settings.node());
            Optional<IpAddress> tunnel = local ? Optional.empty() : node.internalIp(settings.underlay());
            Range range = new Range(
                    tunnel.map(Keys::bytes).orElse(Bytes16.ZERO),
                    Identity.INIT,
                    local ? RangeKind.LOCAL_PODS : RangeKind.REMOTE_PODS,
                    tunnel.map(t -> Keys.number(t.family())).orElse(0));
            node.podCidrs().forEach(cidr -> entries.put(Keys.of(cidr), range));
        }
        return entries;
    }

    private Map<AddressKey, Address> addresses(State state) {
        Map<AddressKey, Address> entries = new HashMap<>();
        Map<IpAddress, Node> nodes = new HashMap<>();
        for (Node node : nodesFirstLast(state)) {
            node.addresses().forEach(a -> nodes.put(a.address(), node));
        }
        for (RemotePod pod : values(state.pods())) {
            Optional<IpAddress> tunnel =
                    Optional.ofNullable(nodes.get(pod.node())).flatMap(n -> n.internalIp(settings.underlay()));
            entries.put(Keys.of(pod.address()), remote(AddressKind.REMOTE_POD, pod.identity(), tunnel));
        }
        nodes.forEach((address, node) -> {
            if (!node.name().equals(settings.node())) {
                entries.put(
                        Keys.of(address),
                        remote(AddressKind.REMOTE_NODE, Identity.REMOTE_NODE, node.internalIp(settings.underlay())));
            }
        });
        for (Endpoint endpoint : values(state.endpoints())) {
            Address entry = new Address(
                    Bytes16.ZERO,
                    endpoint.identity(),
                    endpoint.attachment().ifindex(),
                    endpoint.id(),
                    AddressKind.ENDPOINT,
                    0,
                    Keys.bytes(endpoint.attachment().podMac()));
            endpoint.addresses().ipv4().ifPresent(a -> entries.put(Keys.of(a), entry));
            endpoint.addresses().ipv6().ifPresent(a -> entries.put(Keys.of(a), entry));
        }
        Node self = state.nodes().get(settings.node());
        if (self != null) {
            Address host = new Address(Bytes16.ZERO, Identity.HOST, 0, 0, AddressKind.HOST, 0, Bytes6.ZERO);
            for (NodeAddress address : self.addresses()) {
                entries.put(Keys.of(address.address()), host);
            }
        }
        return entries;
    }

    private static Address remote(AddressKind kind, int identity, Optional<IpAddress> tunnel) {
        return new Address(
                tunnel.map(Keys::bytes).orElse(Bytes16.ZERO),
                identity,
                0,
                0,
                kind,
                tunnel.map(t -> Keys.number(t.family())).orElse(0),
                Bytes6.ZERO);
    }

    /// Nodes in reverse order of their names, so that the first overwrites the others.
    private static List<Node> nodesFirstLast(State state) {
        List<Node> nodes = new ArrayList<>(values(state.nodes()));
        nodes.sort((a, b) -> b.name().compareTo(a.name()));
        return nodes;
    }

    private static <R> List<R> values(io.stentor.model.PersistentMap<?, R> table) {
        List<R> rows = new ArrayList<>(table.size());
        table.forEach((key, row) -> rows.add(row));
        return rows;
    }
}
