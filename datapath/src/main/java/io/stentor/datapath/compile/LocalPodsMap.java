package io.stentor.datapath.compile;

import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.LocalPod;
import io.stentor.bpf.generated.Maps;
import io.stentor.model.Endpoint;
import io.stentor.model.IpAddress;
import io.stentor.model.NodeAddress;
import io.stentor.model.PersistentMap;
import io.stentor.model.Table;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/// The map `local_pods`: pods of this node at the place that the end of an address tells. Of those that share a place
/// the endpoint with the lowest number is there; the programs find the others in `addresses`, which costs them more.
/// What is there has this address in `addresses` too: an address of the node itself is no pod's.
final class LocalPodsMap implements MapFamily<Integer, Integer, LocalPod> {
    private final MapSettings settings;

    LocalPodsMap(MapSettings settings) {
        this.settings = settings;
    }

    @Override
    public MapSpec<Integer, LocalPod> map() {
        return Maps.LOCAL_PODS;
    }

    @Override
    public Stream<Integer> concerned(Change change) {
        Stream<IpAddress> pods = change.rows(Table.ENDPOINTS).flatMap(endpoint -> endpoint.addresses().all().stream());
        Stream<IpAddress> nodes = change.rows(Table.NODES)
                .flatMap(node -> node.addresses().stream())
                .map(NodeAddress::address);
        return Stream.concat(pods, nodes).map(Keys::localPod);
    }

    @Override
    public Map<Integer, LocalPod> entries(Integer place, Facts facts) {
        PersistentMap<Integer, Endpoint> there = facts.all(Facts.ENDPOINTS_BY_PLACE, place);
        return there.stream()
                .sorted(Map.Entry.comparingByKey(Comparator.naturalOrder()))
                .flatMap(row -> row.getValue().addresses().all().stream()
                        .filter(address -> Keys.localPod(address) == place && !isNode(address, facts))
                        .map(address -> entry(row.getValue(), address)))
                .findFirst()
                .map(entry -> Map.of(place, entry))
                .orElse(Map.of());
    }

    private boolean isNode(IpAddress address, Facts facts) {
        return facts.all(Facts.NODES_BY_ADDRESS, address).containsKey(settings.node());
    }

    private static LocalPod entry(Endpoint endpoint, IpAddress address) {
        return new LocalPod(
                Keys.bytes(address),
                endpoint.identity(),
                endpoint.attachment().ifindex(),
                endpoint.id(),
                Keys.bytes(endpoint.attachment().podMac()));
    }
}
