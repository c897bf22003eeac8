package io.stentor.datapath.compile;

import io.stentor.model.Addresses;
import io.stentor.model.Attachment;
import io.stentor.model.Cidr;
import io.stentor.model.Endpoint;
import io.stentor.model.EndpointSlice;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.PodName;
import io.stentor.model.Protocol;
import io.stentor.model.RemotePod;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.ServicePort;
import io.stentor.model.SliceName;
import io.stentor.model.State;
import io.stentor.model.Table;
import io.stentor.model.TrafficPolicy;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/// Nodes with twenty pods each, which stand behind a service of their own; node 0 is this one and has none yet.
final class LargeCluster {
    static final int PODS_PER_NODE = 20;
    static final MapSettings SETTINGS =
            new MapSettings("node-0", Optional.of(Family.IPV4), List.of(Cidr.of("172.16.0.0/12")));

    private static final IpAddress PODS = IpAddress.of("10.0.0.0");
    private static final IpAddress NODES = IpAddress.of("192.168.0.0");

    private static final IpAddress SERVICES = IpAddress.of("172.20.0.0");

    private LargeCluster() {}

    static State of(int nodes) {
        State state = State.awaiting(Set.of()).with(Table.NODES, node(0, 0));
        for (int node = 1; node <= nodes; node++) {
            state = state.with(Table.NODES, node(node, node));
            for (int pod = 1; pod <= PODS_PER_NODE; pod++) {
                state = state.with(Table.PODS, pod(node, pod, 5));
            }
            state = state.with(Table.SERVICES, service(node)).with(Table.SLICES, slice(node, PODS_PER_NODE));
        }
        return state;
    }

    /// @param address the number of its address, which is the node's own until it moves
    static Node node(int number, int address) {
        return new Node(
                "node-" + number,
                List.of(
                        new NodeAddress(NodeAddress.Type.INTERNAL_IP, NODES.plus(address)),
                        new NodeAddress(NodeAddress.Type.CILIUM_INTERNAL_IP, PODS.plus(number * 256L + 254))),
                List.of(new Cidr(PODS.plus(number * 256L), 24)));
    }

    static RemotePod pod(int node, int number, int identity) {
        return new RemotePod(PODS.plus(node * 256L + number), identity, NODES.plus(node));
    }

    static Endpoint endpoint(int number) {
        return new Endpoint(
                number,
                new Attachment("c", "eth0", "stn" + number, 40 + number, new MacAddress(number)),
                new PodName("default", "web", "u"),
                new Addresses(Optional.of(PODS.plus(number)), Optional.empty()),
                5);
    }

    static Service service(int number, IpAddress... balancerIps) {
        return new Service(
                new ServiceName("default", "web-" + number),
                "2026-01-01T00:00:00Z",
                List.of(new ServicePort("http", Protocol.TCP, 80, 0)),
                new Service.Reach(List.of(SERVICES.plus(number)), List.of(), List.of(balancerIps), List.of(), false),
                new Service.Selection(TrafficPolicy.CLUSTER, TrafficPolicy.CLUSTER, 0, 0));
    }

    /// @param pods how many of the node's pods there are
    /// @param unready those of them that take no connections
    static EndpointSlice slice(int node, int pods, Integer... unready) {
        return new EndpointSlice(
                new SliceName("default", "web-" + node),
                new ServiceName("default", "web-" + node),
                List.of(new EndpointSlice.Port("http", Protocol.TCP, 8080)),
                IntStream.rangeClosed(1, pods)
                        .mapToObj(pod -> {
                            boolean ready = !List.of(unready).contains(pod);
                            return new EndpointSlice.Backend(
                                    pod(node, pod, 5).address(),
                                    ready,
                                    ready,
                                    false,
                                    new EndpointSlice.Place("node-" + node, List.of()));
                        })
                        .toList());
    }
}
