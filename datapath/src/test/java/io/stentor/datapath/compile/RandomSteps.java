package io.stentor.datapath.compile;

import io.stentor.model.Addresses;
import io.stentor.model.Attachment;
import io.stentor.model.Cidr;
import io.stentor.model.Endpoint;
import io.stentor.model.Family;
import io.stentor.model.HostAddress;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.OwnNode;
import io.stentor.model.PodName;
import io.stentor.model.RemotePod;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import net.jqwik.api.domains.DomainContextBase;

/// Changes of single rows in a world so small that everybody claims everything: few addresses, which nodes, pods of
/// this node and pods of others all may have, few ranges, which several nodes have, few links.
final class RandomSteps extends DomainContextBase {
    static final List<Cidr> RANGES =
            List.of(Cidr.of("10.0.1.0/24"), Cidr.of("10.0.2.0/24"), Cidr.of("fd00:1::/64"), Cidr.of("172.16.0.0/12"));
    private static final List<IpAddress> IPV4 =
            List.of(IpAddress.of("192.168.0.1"), IpAddress.of("192.168.0.2"), IpAddress.of("10.0.1.1"));
    private static final List<IpAddress> IPV6 = List.of(IpAddress.of("fd00:1::1"), IpAddress.of("2001:db8::1"));

    /// A row that comes or takes the place of another, or goes.
    record Step<K, R>(Table<K, R> table, K key, Optional<R> row) {
        State from(State state) {
            return row.map(r -> state.with(table, r)).orElseGet(() -> state.without(table, key));
        }
    }

    @Provide
    Arbitrary<Step<?, ?>> steps() {
        return Arbitraries.oneOf(
                nodes().flatMap(node -> step(Table.NODES, node)),
                pods().flatMap(pod -> step(Table.PODS, pod)),
                endpoints().flatMap(endpoint -> step(Table.ENDPOINTS, endpoint)),
                Arbitraries.of(RANGES).flatMap(range -> step(Table.UNMASQUERADED, range)),
                hostAddresses().flatMap(address -> step(Table.HOST_ADDRESSES, address)),
                ownNodes().flatMap(node -> step(Table.OWN_NODE, node)),
                RandomServices.services().flatMap(service -> step(Table.SERVICES, service)),
                RandomServices.slices().flatMap(slice -> step(Table.SLICES, slice)));
    }

    private static <K, R> Arbitrary<Step<?, ?>> step(Table<K, R> table, R row) {
        return Arbitraries.frequency(
                        net.jqwik.api.Tuple.of(2, Optional.of(row)), net.jqwik.api.Tuple.of(1, Optional.<R>empty()))
                .map(now -> new Step<>(table, table.key(row), now));
    }

    private static Arbitrary<IpAddress> addresses() {
        return Arbitraries.oneOf(Arbitraries.of(IPV4), Arbitraries.of(IPV6));
    }

    private static Arbitrary<Node> nodes() {
        Arbitrary<NodeAddress> address = Combinators.combine(Arbitraries.of(NodeAddress.Type.values()), addresses())
                .as(NodeAddress::new);
        return Combinators.combine(
                        Arbitraries.of("a", "b", "c", "d"),
                        address.list().ofMaxSize(3),
                        Arbitraries.of(RANGES).list().ofMaxSize(2))
                .as(Node::new);
    }

    private static Arbitrary<HostAddress> hostAddresses() {
        return Combinators.combine(addresses(), Arbitraries.of(true, false)).as(HostAddress::new);
    }

    private static Arbitrary<OwnNode> ownNodes() {
        return Combinators.combine(
                        Arbitraries.of("a", "b"), Arbitraries.of("", "z1"), Arbitraries.of(OwnNode.NodePorts.values()))
                .as(OwnNode::new);
    }

    private static Arbitrary<RemotePod> pods() {
        return Combinators.combine(addresses(), Arbitraries.of(5, 6), addresses())
                .as(RemotePod::new);
    }

    private static Arbitrary<Endpoint> endpoints() {
        return Combinators.combine(
                        Arbitraries.of(1, 2, 3),
                        Arbitraries.of(41, 42),
                        Arbitraries.of(IPV4).optional(),
                        Arbitraries.of(IPV6).optional())
                .as((id, ifindex, ipv4, ipv6) -> new Endpoint(
                        id,
                        new Attachment("c", "eth0", "stn", ifindex, new MacAddress(id)),
                        new PodName("default", "web", "u"),
                        new Addresses(ipv4, ipv6),
                        5));
    }

    @Provide
    Arbitrary<MapSettings> settings() {
        return Combinators.combine(
                        Arbitraries.of("a", "b"),
                        Arbitraries.of(Family.values()).optional(),
                        services())
                .as((node, tunnel, services) -> new MapSettings(node, tunnel, List.of(RANGES.getLast()), services));
    }

    private static Arbitrary<ServiceTerms> services() {
        Arbitrary<Boolean> flag = Arbitraries.of(true, false);
        Arbitrary<ServiceTerms.NodePorts> nodePorts = Combinators.combine(
                        Arbitraries.of(RANGES).list().ofMaxSize(1), flag)
                .as(ServiceTerms.NodePorts::new);
        return Combinators.combine(nodePorts, flag, flag, flag, flag).as(ServiceTerms::new);
    }
}
