package io.stentor.datapath.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.Address;
import io.stentor.bpf.generated.AddressKind;
import io.stentor.bpf.generated.Identity;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.RangeKind;
import io.stentor.datapath.sync.MapImage;
import io.stentor.model.Addresses;
import io.stentor.model.Attachment;
import io.stentor.model.Cidr;
import io.stentor.model.Endpoint;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.PodName;
import io.stentor.model.RemotePod;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class MapCompilerTest {
    private final MapCompiler compiler =
            new MapCompiler(new MapSettings("a", Optional.of(Family.IPV4), List.of(Cidr.of("172.16.0.0/12"))));

    private static Node node(String name, String address, String cidr) {
        return new Node(
                name,
                List.of(new NodeAddress(NodeAddress.Type.INTERNAL_IP, IpAddress.of(address))),
                List.of(Cidr.of(cidr)));
    }

    private static final List<UnaryOperator<State>> FACTS = List.of(
            s -> s.with(Table.NODES, node("a", "192.168.0.1", "10.0.1.0/24")),
            s -> s.with(Table.NODES, node("b", "192.168.0.2", "10.0.2.0/24")),
            s -> s.with(Table.NODES, node("c", "192.168.0.2", "10.0.2.0/24")),
            s -> s.with(Table.UNMASQUERADED, Cidr.of("203.0.113.0/24")),
            s -> s.with(Table.PODS, new RemotePod(IpAddress.of("10.0.2.7"), 5, IpAddress.of("192.168.0.2"))),
            s -> s.with(
                    Table.ENDPOINTS,
                    new Endpoint(
                            9,
                            new Attachment("c1", "eth0", "stn1", 42, MacAddress.of("02:00:00:00:00:09")),
                            new PodName("default", "web", "u"),
                            new Addresses(Optional.of(IpAddress.of("10.0.1.9")), Optional.empty()),
                            5)));

    private static State apply(List<UnaryOperator<State>> facts) {
        State state = State.awaiting(Set.of());
        for (UnaryOperator<State> fact : facts) {
            state = fact.apply(state);
        }
        return state;
    }

    @SuppressWarnings("unchecked")
    private <K, V> MapImage<K, V> image(State state, io.stentor.bpf.MapSpec<K, V> map) {
        return (MapImage<K, V>) compiler.compile(state).stream()
                .filter(i -> i.map().equals(map))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void addresses_are_told_apart_by_whose_they_are() {
        MapImage<?, Address> image = image(apply(FACTS), Maps.ADDRESSES);
        assertThat(image.size()).isEqualTo(4);
        assertThat(lookup("192.168.0.1"))
                .returns(AddressKind.HOST, Address::kind)
                .returns(Identity.HOST, Address::identity);
        assertThat(lookup("192.168.0.2"))
                .returns(AddressKind.REMOTE_NODE, Address::kind)
                .returns(4, Address::nodeFamily);
        assertThat(lookup("10.0.2.7"))
                .returns(AddressKind.REMOTE_POD, Address::kind)
                .returns(Keys.bytes(IpAddress.of("192.168.0.2")), Address::node);
        assertThat(lookup("10.0.1.9"))
                .returns(AddressKind.ENDPOINT, Address::kind)
                .returns(42, Address::ifindex)
                .returns(9, Address::endpoint);
    }

    private Address lookup(String address) {
        return image(apply(FACTS), Maps.ADDRESSES)
                .get(Keys.of(IpAddress.of(address)))
                .orElseThrow();
    }

    @Test
    void ranges_of_pods_and_of_what_is_not_masqueraded_stand_in_one_trie() {
        var image = image(apply(FACTS), Maps.RANGES);
        assertThat(image.get(Keys.of(Cidr.of("10.0.1.0/24"))).orElseThrow().kind())
                .isEqualTo(RangeKind.LOCAL_PODS);
        assertThat(image.get(Keys.of(Cidr.of("10.0.2.0/24"))).orElseThrow().kind())
                .isEqualTo(RangeKind.REMOTE_PODS);
        for (String configured : List.of("172.16.0.0/12", "203.0.113.0/24")) {
            assertThat(image.get(Keys.of(Cidr.of(configured))).orElseThrow().kind())
                    .isEqualTo(RangeKind.UNMASQUERADED);
        }
    }

    @Test
    void the_order_of_events_does_not_matter() {
        List<UnaryOperator<State>> reversed = new java.util.ArrayList<>(FACTS);
        Collections.reverse(reversed);
        assertThat(compiler.compile(apply(reversed))).isEqualTo(compiler.compile(apply(FACTS)));
    }
}
