package io.stentor.datapath;

import io.stentor.model.Cidr;
import io.stentor.model.EndpointSlice;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Protocol;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.ServicePort;
import io.stentor.model.SliceName;
import io.stentor.model.State;
import io.stentor.model.Table;
import io.stentor.model.TrafficPolicy;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The services of [World], port 80 over TCP and 53 over UDP, which lead to 8080 and 5353:
///
/// | name | backend | node port of TCP | other addresses |
/// |---|---|---|---|
/// | shop | db | 30080 | 198.51.100.8 of a balancer, for clients of 172.16.0.0/12 |
/// | depot | far | 30081 | |
/// | depot-local | far | none | 198.51.100.7 of a balancer alone, whose clients shall keep their address |
/// | front | the node a, at 6443 | 30443 | |
/// | mirror | web | 30083 | |
/// | empty | none | 30014 | |
/// | annex | db | none | 198.51.100.9, external, which is no address of a node |
///
/// The host ports 9080 and, at 127.0.0.1 alone, 9081 lead to 8080 of web.
final class WorldServices {
    private static final Service.Selection EVERYWHERE =
            new Service.Selection(TrafficPolicy.CLUSTER, TrafficPolicy.CLUSTER, 0, 0);

    private WorldServices() {}

    static State in(State state, World world) {
        List<IpAddress> none = List.of();
        List<IpAddress> guarded = List.of(IpAddress.of("198.51.100.8"));
        List<IpAddress> local = List.of(IpAddress.of("198.51.100.7"));
        State next = state;
        next = with(next, world, "shop", 30080, guarded, EVERYWHERE);
        next = with(next, world, "depot", 30081, none, EVERYWHERE);
        next = with(next, world, "front", 30443, none, EVERYWHERE);
        next = with(next, world, "mirror", 30083, none, EVERYWHERE);
        next = with(next, world, "empty", 30014, none, EVERYWHERE);
        next = next.with(
                Table.SERVICES,
                service(
                        "depot-local",
                        List.of(),
                        0,
                        local,
                        new Service.Selection(TrafficPolicy.CLUSTER, TrafficPolicy.LOCAL, 0, 0)));
        next = next.with(
                Table.SERVICES,
                service(
                        "annex",
                        new Service.Reach(
                                List.of(), List.of(IpAddress.of("198.51.100.9")), List.of(), List.of(), false)));
        next = hostPort(next, world, 9080, "0.0.0.0", "::");
        next = hostPort(next, world, 9081, "127.0.0.1");
        next = behind(next, world, "annex", "db", "a", 8080);
        next = behind(next, world, "shop", "db", "a", 8080);
        next = behind(next, world, "depot", "far", "b", 8080);
        next = behind(next, world, "depot-local", "far", "b", 8080);
        next = behind(next, world, "front", "a", "a", 6443);
        return behind(next, world, "mirror", "web", "a", 8080);
    }

    private static State with(
            State state,
            World world,
            String name,
            int nodePort,
            List<IpAddress> balancer,
            Service.Selection selection) {
        return state.with(Table.SERVICES, service(name, world.addresses(name), nodePort, balancer, selection));
    }

    private static Service service(
            String name,
            List<IpAddress> clusterIps,
            int nodePort,
            List<IpAddress> balancer,
            Service.Selection selection) {
        return new Service(
                new ServiceName("default", name),
                "2026-01-01T00:00:00Z",
                List.of(
                        new ServicePort("http", Protocol.TCP, 80, nodePort),
                        new ServicePort("dns", Protocol.UDP, 53, 0)),
                new Service.Reach(
                        clusterIps,
                        List.of(),
                        balancer,
                        name.equals("shop") ? List.of(Cidr.of("172.16.0.0/12")) : List.of(),
                        false),
                selection);
    }

    private static Service service(String name, Service.Reach reach) {
        return new Service(
                new ServiceName("default", name),
                "2026-01-01T00:00:00Z",
                List.of(new ServicePort("http", Protocol.TCP, 80, 0)),
                reach,
                EVERYWHERE);
    }

    private static State hostPort(State state, World world, int port, String... hostIps) {
        ServiceName name = ServiceName.ofHostPort("default", "web", port + "/TCP");
        List<IpAddress> at = Stream.of(hostIps).map(IpAddress::of).toList();
        Service service = new Service(
                name,
                "2026-01-01T00:00:00Z",
                List.of(new ServicePort("", Protocol.TCP, port, 0)),
                new Service.Reach(
                        List.of(), List.of(), List.of(), new Service.AtNodes(Set.of(), at), Service.Clients.ALL),
                EVERYWHERE);
        EndpointSlice slice = new EndpointSlice(
                SliceName.ofHostPort(name),
                name,
                List.of(new EndpointSlice.Port("", Protocol.TCP, 8080)),
                world.addresses("web").stream()
                        .map(address -> new EndpointSlice.Backend(
                                address, true, true, false, new EndpointSlice.Place("a", List.of())))
                        .toList());
        return state.with(Table.SERVICES, service).with(Table.SLICES, slice);
    }

    private static State behind(State state, World world, String service, String backend, String node, int port) {
        State next = state;
        for (Family family : Family.values()) {
            EndpointSlice slice = new EndpointSlice(
                    new SliceName("default", service + "-" + family),
                    new ServiceName("default", service),
                    List.of(
                            new EndpointSlice.Port("http", Protocol.TCP, port),
                            new EndpointSlice.Port("dns", Protocol.UDP, 5353)),
                    List.of(new EndpointSlice.Backend(
                            world.address(backend, family),
                            true,
                            true,
                            false,
                            new EndpointSlice.Place(node, List.of()))));
            next = next.with(Table.SLICES, slice);
        }
        return next;
    }
}
