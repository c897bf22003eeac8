package io.stentor.datapath;

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
import java.util.ArrayList;
import java.util.List;

/// Every way to a service: one service for each policy and backend, with frontends of each kind.
final class ServiceTable {

    enum Kind {
        CLUSTER_IP(100),
        /// At the node's address.
        NODE_PORT(0),
        LOAD_BALANCER(110),
        EXTERNAL_IP(120);

        /// Of its addresses, the last number of the first one.
        final int first;

        Kind(int first) {
            this.first = first;
        }
    }

    enum Mode {
        TUNNEL_BY_DEVICE,
        TUNNEL_BY_PROGRAM,
        NATIVE
    }

    enum Behind {
        LOCAL("db", 0),
        REMOTE("far", 1),
        HOST("a", 2);

        final String name;
        final int number;

        Behind(String name, int number) {
            this.name = name;
            this.number = number;
        }
    }

    enum Client {
        POD,
        OUTSIDE
    }

    /// @param policy for clients outside
    record Row(
            Client client,
            Kind kind,
            Family family,
            Mode mode,
            TrafficPolicy policy,
            Behind behind,
            Protocol protocol) {
        List<?> values() {
            return List.of(client, kind, family, mode, policy, behind, protocol);
        }

        /// Where the client calls.
        IpAddress address(World world) {
            int number = number(policy, behind);
            return kind == Kind.NODE_PORT ? world.address("a", family) : frontend(kind, family, number);
        }

        int port() {
            int number = number(policy, behind);
            return switch (protocol) {
                case SCTP -> 31200 + number;
                case TCP -> kind == Kind.NODE_PORT ? 31000 + number : 80;
                case UDP -> kind == Kind.NODE_PORT ? 31100 + number : 53;
            };
        }

        int backendPort() {
            return switch (protocol) {
                case SCTP -> port();
                case TCP -> 8080;
                case UDP -> 5353;
            };
        }
    }

    private ServiceTable() {}

    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Client client : Client.values()) {
            for (Kind kind : Kind.values()) {
                for (Family family : Family.values()) {
                    for (Mode mode : Mode.values()) {
                        for (TrafficPolicy policy : TrafficPolicy.values()) {
                            for (Behind behind : Behind.values()) {
                                for (Protocol protocol : Protocol.values()) {
                                    rows.add(new Row(client, kind, family, mode, policy, behind, protocol));
                                }
                            }
                        }
                    }
                }
            }
        }
        return rows;
    }

    private static int number(TrafficPolicy policy, Behind behind) {
        return (policy == TrafficPolicy.LOCAL ? Behind.values().length : 0) + behind.number;
    }

    private static IpAddress frontend(Kind kind, Family family, int number) {
        String network = family == Family.IPV4 ? "198.51.100." : "2001:db8:100::";
        return IpAddress.of(network + (kind.first + number));
    }

    private static List<IpAddress> frontends(Kind kind, int number) {
        return List.of(frontend(kind, Family.IPV4, number), frontend(kind, Family.IPV6, number));
    }

    static State in(State state, World world) {
        State next = state;
        for (TrafficPolicy policy : TrafficPolicy.values()) {
            for (Behind behind : Behind.values()) {
                next = next.with(Table.SERVICES, service(policy, behind));
                for (Family family : Family.values()) {
                    next = next.with(Table.SLICES, slice(policy, behind, world.address(behind.name, family)));
                }
            }
        }
        return next;
    }

    private static ServiceName name(TrafficPolicy policy, Behind behind) {
        return new ServiceName("table", policy + "-" + behind);
    }

    private static Service service(TrafficPolicy policy, Behind behind) {
        int number = number(policy, behind);
        return new Service(
                name(policy, behind),
                "2026-01-01T00:00:00Z",
                List.of(
                        new ServicePort("tcp", Protocol.TCP, 80, 31000 + number),
                        new ServicePort("udp", Protocol.UDP, 53, 31100 + number),
                        new ServicePort("sctp", Protocol.SCTP, 31200 + number, 31200 + number)),
                new Service.Reach(
                        frontends(Kind.CLUSTER_IP, number),
                        frontends(Kind.EXTERNAL_IP, number),
                        frontends(Kind.LOAD_BALANCER, number),
                        List.of(),
                        false),
                new Service.Selection(TrafficPolicy.CLUSTER, policy, 0, 0));
    }

    private static EndpointSlice slice(TrafficPolicy policy, Behind behind, IpAddress address) {
        ServiceName service = name(policy, behind);
        String node = behind == Behind.REMOTE ? "b" : "a";
        return new EndpointSlice(
                new SliceName(service.namespace(), service.name() + "-" + address.family()),
                service,
                List.of(
                        new EndpointSlice.Port("tcp", Protocol.TCP, 8080),
                        new EndpointSlice.Port("udp", Protocol.UDP, 5353),
                        new EndpointSlice.Port("sctp", Protocol.SCTP, 31200 + number(policy, behind))),
                List.of(new EndpointSlice.Backend(
                        address, true, true, false, new EndpointSlice.Place(node, List.of()))));
    }
}
