package io.stentor.datapath.compile;

import io.stentor.model.Cidr;
import io.stentor.model.EndpointSlice;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Protocol;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.ServicePort;
import io.stentor.model.SliceName;
import io.stentor.model.TrafficPolicy;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/// Services that claim each other's few addresses and ports, and slices that say the same of few backends.
final class RandomServices {
    private static final List<IpAddress> FRONTENDS = List.of(
            IpAddress.of("10.96.0.1"),
            IpAddress.of("10.96.0.2"),
            IpAddress.of("fd00:96::1"),
            IpAddress.of("192.168.0.1"));
    private static final List<IpAddress> HOST =
            List.of(IpAddress.of("0.0.0.0"), IpAddress.of("10.96.0.1"), IpAddress.of("::"));
    private static final List<IpAddress> BACKENDS = List.of(
            IpAddress.of("10.0.1.7"), IpAddress.of("10.0.2.9"), IpAddress.of("192.0.2.1"), IpAddress.of("fd00:1::7"));
    private static final List<Cidr> CLIENTS =
            List.of(Cidr.of("192.0.2.0/24"), Cidr.of("192.0.2.128/25"), Cidr.of("2001:db8::/32"));

    private RandomServices() {}

    private static Arbitrary<ServiceName> names() {
        return Arbitraries.of("a", "b", "c").map(name -> new ServiceName("default", name));
    }

    private static Arbitrary<String> portNames() {
        return Arbitraries.of("", "http");
    }

    private static Arbitrary<Protocol> protocols() {
        return Arbitraries.of(Protocol.TCP, Protocol.UDP);
    }

    static Arbitrary<Service> services() {
        return Combinators.combine(
                        names(),
                        Arbitraries.of("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
                        ports(),
                        reach(),
                        selection())
                .as(Service::new);
    }

    private static Arbitrary<List<ServicePort>> ports() {
        return Combinators.combine(portNames(), protocols(), Arbitraries.of(80, 81), Arbitraries.of(0, 30080))
                .as(ServicePort::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(2);
    }

    private static Arbitrary<Service.Reach> reach() {
        Arbitrary<List<IpAddress>> some = Arbitraries.of(FRONTENDS).list().ofMaxSize(2);
        Arbitrary<Service.AtNodes> atNodes = Combinators.combine(
                        Arbitraries.of(Family.values()).set(),
                        Arbitraries.of(HOST).list().ofMaxSize(2))
                .as(Service.AtNodes::new);
        Arbitrary<Service.Clients> clients = Combinators.combine(
                        Arbitraries.of(CLIENTS).list().ofMaxSize(2), Arbitraries.of(true, false))
                .as(Service.Clients::new);
        return Combinators.combine(some, some, some, atNodes, clients).as(Service.Reach::new);
    }

    private static Arbitrary<Service.Selection> selection() {
        Arbitrary<TrafficPolicy> policy = Arbitraries.of(TrafficPolicy.values());
        return Combinators.combine(policy, policy, Arbitraries.of(0, 60))
                .as((inside, outside, affinity) -> new Service.Selection(inside, outside, affinity, 0));
    }

    static Arbitrary<EndpointSlice> slices() {
        Arbitrary<EndpointSlice.Port> port = Combinators.combine(portNames(), protocols(), Arbitraries.of(8080, 8081))
                .as(EndpointSlice.Port::new);
        return Combinators.combine(
                        Arbitraries.of("x", "y", "z"),
                        names(),
                        port.list().ofMaxSize(2),
                        backends().list().ofMaxSize(4))
                .as((slice, service, ports, backends) ->
                        new EndpointSlice(new SliceName("default", slice), service, ports, backends));
    }

    private static Arbitrary<EndpointSlice.Backend> backends() {
        Arbitrary<Boolean> flag = Arbitraries.of(true, false);
        Arbitrary<EndpointSlice.Place> place = Combinators.combine(
                        Arbitraries.of("a", "b", ""),
                        Arbitraries.of("z1", "z2").list().ofMaxSize(2))
                .as(EndpointSlice.Place::new);
        return Combinators.combine(Arbitraries.of(BACKENDS), flag, flag, flag, place)
                .as(EndpointSlice.Backend::new);
    }
}
