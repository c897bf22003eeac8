package io.stentor.datapath.compile;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Endpoint;
import io.stentor.bpf.generated.Maps;
import io.stentor.model.Table;
import java.util.Map;
import java.util.stream.Stream;

/// The map `endpoints`: who is behind a link. The endpoint with the lowest number, should two have the same link.
final class EndpointsMap implements MapFamily<Integer, Integer, Endpoint> {

    @Override
    public MapSpec<Integer, Endpoint> map() {
        return Maps.ENDPOINTS;
    }

    @Override
    public Stream<Integer> concerned(Change change) {
        return change.rows(Table.ENDPOINTS)
                .map(endpoint -> endpoint.attachment().ifindex());
    }

    @Override
    public Map<Integer, Endpoint> entries(Integer ifindex, Facts facts) {
        return facts.first(Facts.ENDPOINTS_BY_LINK, ifindex)
                .map(endpoint -> Map.of(ifindex, entry(endpoint)))
                .orElse(Map.of());
    }

    private static Endpoint entry(io.stentor.model.Endpoint endpoint) {
        return new Endpoint(
                endpoint.addresses().ipv4().map(Keys::bytes).orElse(Bytes16.ZERO),
                endpoint.addresses().ipv6().map(Keys::bytes).orElse(Bytes16.ZERO),
                endpoint.identity(),
                endpoint.id(),
                Keys.bytes(endpoint.attachment().podMac()));
    }
}
