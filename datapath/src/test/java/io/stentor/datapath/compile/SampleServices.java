package io.stentor.datapath.compile;

import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.FrontendKey;
import io.stentor.model.Cidr;
import io.stentor.model.EndpointSlice;
import io.stentor.model.IpAddress;
import io.stentor.model.Protocol;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.ServicePort;
import io.stentor.model.SliceName;
import io.stentor.model.TrafficPolicy;
import java.util.List;
import java.util.stream.Stream;

/// Services of the namespace `default`, with a port 80 named `http` and slices that offer it at 8080.
final class SampleServices {
    static final MapSettings HERE = new MapSettings("here", java.util.Optional.empty(), List.of());
    static final Service.Selection ALL = new Service.Selection(TrafficPolicy.CLUSTER, TrafficPolicy.CLUSTER, 0, 0);
    static final Service.Selection LOCAL_OUTSIDE =
            new Service.Selection(TrafficPolicy.CLUSTER, TrafficPolicy.LOCAL, 0, 0);

    private SampleServices() {}

    static ServiceName name(String name) {
        return new ServiceName("default", name);
    }

    static List<IpAddress> ips(String... addresses) {
        return Stream.of(addresses).map(IpAddress::of).toList();
    }

    static Service.Reach at(String... clusterIps) {
        return new Service.Reach(ips(clusterIps), List.of(), List.of(), List.of(), false);
    }

    static ServicePort http(int nodePort) {
        return new ServicePort("http", Protocol.TCP, 80, nodePort);
    }

    static Service service(String name, Service.Reach reach, Service.Selection selection) {
        return new Service(name(name), "2026-01-01T00:00:00Z", List.of(http(0)), reach, selection);
    }

    static Service withPorts(Service service, ServicePort... ports) {
        return new Service(service.name(), service.created(), List.of(ports), service.reach(), service.selection());
    }

    static Service created(Service service, String created) {
        return new Service(service.name(), created, service.ports(), service.reach(), service.selection());
    }

    static Service.Reach balanced(String balancerIp, boolean deny, String... ranges) {
        return new Service.Reach(
                List.of(),
                List.of(),
                ips(balancerIp),
                Stream.of(ranges).map(Cidr::of).toList(),
                deny);
    }

    static EndpointSlice slice(String name, String service, EndpointSlice.Backend... backends) {
        return new EndpointSlice(
                new SliceName("default", name),
                name(service),
                List.of(new EndpointSlice.Port("http", Protocol.TCP, 8080)),
                List.of(backends));
    }

    static EndpointSlice.Backend ready(String address, String node) {
        return new EndpointSlice.Backend(
                IpAddress.of(address), true, true, false, new EndpointSlice.Place(node, List.of()));
    }

    static EndpointSlice.Backend ending(String address, String node) {
        return new EndpointSlice.Backend(
                IpAddress.of(address), false, true, true, new EndpointSlice.Place(node, List.of()));
    }

    static EndpointSlice.Backend silent(String address, String node) {
        return new EndpointSlice.Backend(
                IpAddress.of(address), false, false, false, new EndpointSlice.Place(node, List.of()));
    }

    static FrontendKey frontend(String address, int port) {
        IpAddress ip = IpAddress.of(address);
        return new FrontendKey(
                address.equals("0.0.0.0") || address.equals("::") ? io.stentor.bpf.Bytes16.ZERO : Keys.bytes(ip),
                port,
                6,
                Keys.family(ip));
    }

    static Backend backend(String address) {
        IpAddress ip = IpAddress.of(address);
        return new Backend(Keys.bytes(ip), 8080, 6, Keys.family(ip));
    }

    static PortName httpOf(String service, Family family) {
        return new PortName(name(service), "http", Protocol.TCP, family);
    }
}
