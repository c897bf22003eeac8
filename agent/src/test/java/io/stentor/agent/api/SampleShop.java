package io.stentor.agent.api;

import io.stentor.model.Cidr;
import io.stentor.model.EndpointSlice;
import io.stentor.model.IpAddress;
import io.stentor.model.Protocol;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.ServicePort;
import io.stentor.model.SliceName;
import io.stentor.model.Table;
import io.stentor.model.TrafficPolicy;
import java.util.List;
import java.util.stream.Stream;

/// Services of the namespace `shop`: `web` with every kind of frontend and backends in every state, `dns`
/// whose clients keep the one backend that is about to end, `late` that wants an address of `web`, and
/// `void` with nobody behind it.
public final class SampleShop {
    private SampleShop() {}

    /// On a node that is populated.
    public static SampleNode on(SampleNode node) {
        node.store.commit(state -> state.with(Table.SERVICES, web())
                .with(Table.SERVICES, dns())
                .with(Table.SERVICES, plain("late", "2026-02-01T00:00:00Z", "10.96.0.7"))
                .with(Table.SERVICES, plain("void", "2026-01-01T00:00:00Z", "10.96.0.9"))
                .with(Table.SLICES, slice("web", new EndpointSlice.Port("http", Protocol.TCP, 8080), webBackends()))
                .with(
                        Table.SLICES,
                        slice(
                                "dns",
                                new EndpointSlice.Port("dns", Protocol.UDP, 53),
                                Stream.of(backend("10.0.1.6", false, true, true, "worker-1")))));
        return node.applied();
    }

    private static Service web() {
        return new Service(
                new ServiceName("shop", "web"),
                "2026-01-01T00:00:00Z",
                List.of(new ServicePort("http", Protocol.TCP, 80, 30080)),
                new Service.Reach(
                        ips("10.96.0.7"),
                        ips("192.0.2.7"),
                        ips("203.0.113.9"),
                        List.of(Cidr.of("198.51.100.0/24")),
                        false),
                new Service.Selection(TrafficPolicy.CLUSTER, TrafficPolicy.LOCAL, 0, 30999));
    }

    private static Service dns() {
        return new Service(
                new ServiceName("shop", "dns"),
                "2026-01-01T00:00:00Z",
                List.of(new ServicePort("dns", Protocol.UDP, 53, 0)),
                new Service.Reach(ips("10.96.0.8"), List.of(), List.of(), List.of(), false),
                new Service.Selection(TrafficPolicy.CLUSTER, TrafficPolicy.CLUSTER, 600, 0));
    }

    private static Service plain(String name, String created, String address) {
        return new Service(
                new ServiceName("shop", name),
                created,
                List.of(new ServicePort("http", Protocol.TCP, 80, 0)),
                new Service.Reach(ips(address), List.of(), List.of(), List.of(), false),
                new Service.Selection(TrafficPolicy.CLUSTER, TrafficPolicy.CLUSTER, 0, 0));
    }

    private static Stream<EndpointSlice.Backend> webBackends() {
        return Stream.of(
                backend("10.0.1.5", true, true, false, "worker-1"),
                backend("10.0.2.9", true, true, false, "worker-2"),
                backend("10.0.2.10", false, true, true, "worker-2"),
                backend("10.0.2.11", false, false, false, "worker-2"));
    }

    private static EndpointSlice slice(
            String service, EndpointSlice.Port port, Stream<EndpointSlice.Backend> backends) {
        return new EndpointSlice(
                new SliceName("shop", service + "-x7"),
                new ServiceName("shop", service),
                List.of(port),
                backends.toList());
    }

    private static EndpointSlice.Backend backend(
            String address, boolean ready, boolean serving, boolean terminating, String node) {
        return new EndpointSlice.Backend(
                IpAddress.of(address), ready, serving, terminating, new EndpointSlice.Place(node, List.of("z1")));
    }

    private static List<IpAddress> ips(String address) {
        return List.of(IpAddress.of(address));
    }
}
