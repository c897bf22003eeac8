package io.stentor.datapath.compile;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.Bytes6;
import io.stentor.bpf.generated.Address;
import io.stentor.bpf.generated.AddressKey;
import io.stentor.bpf.generated.AddressKind;
import io.stentor.bpf.generated.Identity;
import io.stentor.bpf.generated.LocalPod;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.Range;
import io.stentor.bpf.generated.RangeKey;
import io.stentor.bpf.generated.RangeKind;
import io.stentor.datapath.sync.MapImage;
import io.stentor.model.Endpoint;
import io.stentor.model.Family;
import io.stentor.model.HostAddress;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.OwnNode;
import io.stentor.model.PersistentMap;
import io.stentor.model.RemotePod;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What [MapCompiler] answers, said in another way: all rows are put into tables, those that come last in a conflict
/// first, so that the others replace them. No index and no difference has a part in it.
///
/// @param numbers that services and backends shall have
record PlainImages(MapSettings settings, State state, Numbers numbers) {

    List<MapImage<?, ?>> all() {
        return Stream.concat(
                        Stream.<MapImage<?, ?>>of(
                                MapImage.of(Maps.ENDPOINTS, endpoints()),
                                MapImage.of(Maps.RANGES, ranges()),
                                MapImage.of(Maps.ADDRESSES, addresses()),
                                MapImage.of(Maps.LOCAL_PODS, localPods())),
                        new PlainServices(settings, state, numbers).all().stream())
                .toList();
    }

    private Map<Integer, io.stentor.bpf.generated.Endpoint> endpoints() {
        Map<Integer, io.stentor.bpf.generated.Endpoint> entries = new HashMap<>();
        for (Endpoint endpoint : firstLast(state.endpoints())) {
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

    private Map<RangeKey, Range> ranges() {
        Map<RangeKey, Range> entries = new HashMap<>();
        Range outside = new Range(Bytes16.ZERO, Identity.WORLD, RangeKind.UNMASQUERADED, 0);
        settings.unmasqueraded().forEach(range -> entries.put(Keys.of(range), outside));
        state.table(Table.UNMASQUERADED).forEach((range, row) -> entries.put(Keys.of(range), outside));
        for (Node node : firstLast(state.nodes())) {
            node.podCidrs().forEach(cidr -> entries.put(Keys.of(cidr), pods(node, cidr.family())));
        }
        return entries;
    }

    private Range pods(Node node, Family family) {
        Optional<IpAddress> hop = isSelf(node) ? Optional.empty() : node.internalIp(way(family));
        return new Range(
                hop.map(Keys::bytes).orElse(Bytes16.ZERO),
                Identity.INIT,
                isSelf(node) ? RangeKind.LOCAL_PODS : RangeKind.REMOTE_PODS,
                hop.map(h -> Keys.number(h.family())).orElse(0));
    }

    private Family way(Family own) {
        return settings.tunnel().isPresent() ? settings.tunnel().get() : own;
    }

    private Map<AddressKey, Address> addresses() {
        Map<AddressKey, Address> entries = new HashMap<>();
        Map<IpAddress, Node> nodes = new HashMap<>();
        firstLast(state.nodes()).forEach(node -> node.addresses().forEach(a -> nodes.put(a.address(), node)));
        for (RemotePod pod : firstLast(state.pods())) {
            Family way = way(pod.address().family());
            Optional<IpAddress> hop = Optional.ofNullable(nodes.get(pod.node())).flatMap(n -> n.internalIp(way));
            entries.put(Keys.of(pod.address()), remote(AddressKind.REMOTE_POD, pod.identity(), hop));
        }
        nodes.forEach((address, node) -> entries.put(
                Keys.of(address),
                remote(AddressKind.REMOTE_NODE, Identity.REMOTE_NODE, node.internalIp(way(address.family())))));
        state.table(Table.HOST_ADDRESSES).forEach((address, row) -> entries.put(Keys.of(address), host(address)));
        for (Endpoint endpoint : firstLast(state.endpoints())) {
            Address entry = new Address(
                    Bytes16.ZERO,
                    endpoint.identity(),
                    endpoint.attachment().ifindex(),
                    endpoint.id(),
                    AddressKind.ENDPOINT,
                    0,
                    Keys.bytes(endpoint.attachment().podMac()),
                    false);
            endpoint.addresses().all().forEach(address -> entries.put(Keys.of(address), entry));
        }
        firstLast(state.nodes()).stream()
                .filter(this::isSelf)
                .flatMap(node -> node.addresses().stream())
                .forEach(address -> entries.put(Keys.of(address.address()), host(address.address())));
        return entries;
    }

    private Address host(IpAddress address) {
        return new Address(Bytes16.ZERO, Identity.HOST, 0, 0, AddressKind.HOST, 0, Bytes6.ZERO, hasNodePorts(address));
    }

    private boolean hasNodePorts(IpAddress address) {
        boolean internal = state.nodes()
                .values()
                .filter(this::isSelf)
                .anyMatch(node -> node.addresses().contains(new NodeAddress(NodeAddress.Type.INTERNAL_IP, address)));
        OwnNode said = state.table(Table.OWN_NODE).get(settings.node());
        if (said != null && said.nodePorts() != OwnNode.NodePorts.AS_CONFIGURED) {
            return said.nodePorts() == OwnNode.NodePorts.ALL || internal;
        }
        ServiceTerms.NodePorts terms = settings.services().nodePorts();
        HostAddress held = state.table(Table.HOST_ADDRESSES).get(address);
        if (terms.internalIps()) {
            return internal;
        }
        return terms.ranges().isEmpty()
                ? held == null || held.primary()
                : terms.ranges().stream().anyMatch(range -> range.contains(address));
    }

    private Map<Integer, LocalPod> localPods() {
        Map<Integer, LocalPod> entries = new HashMap<>();
        for (Endpoint endpoint : firstLast(state.endpoints())) {
            for (IpAddress address : endpoint.addresses().all()) {
                if (!isOwn(address)) {
                    entries.put(
                            Keys.localPod(address),
                            new LocalPod(
                                    Keys.bytes(address),
                                    endpoint.identity(),
                                    endpoint.attachment().ifindex(),
                                    endpoint.id(),
                                    Keys.bytes(endpoint.attachment().podMac())));
                }
            }
        }
        return entries;
    }

    private boolean isOwn(IpAddress address) {
        return firstLast(state.nodes()).stream()
                .anyMatch(node -> isSelf(node)
                        && node.addresses().stream()
                                .anyMatch(own -> own.address().equals(address)));
    }

    private boolean isSelf(Node node) {
        return node.name().equals(settings.node());
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

    private static <K extends Comparable<K>, R> List<R> firstLast(PersistentMap<K, R> table) {
        return table.stream()
                .sorted(Map.Entry.<K, R>comparingByKey().reversed())
                .map(Map.Entry::getValue)
                .toList();
    }
}
