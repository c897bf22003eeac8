package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.model.Addresses;
import io.stentor.model.Cidr;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.node.Allocations.Granted;
import io.stentor.node.NodeSettings.Families;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AllocationsTest {
    private static final Families IPV4 = new Families(true, false);

    static Allocations of(Families families, String... ranges) {
        Node node = new Node(
                "a",
                List.of(new NodeAddress(NodeAddress.Type.CILIUM_INTERNAL_IP, IpAddress.of("10.0.0.3"))),
                Stream.of(ranges).map(Cidr::of).toList());
        return new Allocations(() -> Optional.of(node), families);
    }

    private static String ipv4(Granted granted) {
        return granted.addresses().ipv4().orElseThrow().toString();
    }

    @Test
    void neither_ends_of_the_range_nor_the_nodes_own_address_are_given() throws CniError {
        Allocations allocations = of(IPV4, "10.0.0.0/29");
        List<String> given = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            given.add(ipv4(allocations.grant()));
        }
        assertThat(given).containsExactly("10.0.0.1", "10.0.0.2", "10.0.0.4", "10.0.0.5", "10.0.0.6");
        assertThatThrownBy(allocations::grant)
                .isInstanceOf(CniError.class)
                .hasMessage("no free address in pool 10.0.0.0/29: all 6 are in use");
    }

    @Test
    void a_released_address_waits_until_the_others_were_given() throws CniError {
        Allocations allocations = of(IPV4, "10.1.0.0/30", "10.2.0.0/31");
        Granted first = allocations.grant();
        allocations.release(first.id(), first.addresses());
        assertThat(ipv4(allocations.grant())).isEqualTo("10.1.0.2");
        assertThat(ipv4(allocations.grant())).isEqualTo("10.2.0.0");
        assertThat(ipv4(allocations.grant())).isEqualTo("10.2.0.1");
        Granted again = allocations.grant();
        assertThat(ipv4(again)).isEqualTo("10.1.0.1");
        assertThat(again.id()).isEqualTo(5);
        assertThatThrownBy(allocations::grant)
                .hasMessage("no free address in pools 10.1.0.0/30, 10.2.0.0/31: all 4 are in use");
    }

    @Test
    void both_families_are_given_or_none() throws CniError {
        Allocations allocations = of(new Families(true, true), "10.0.0.0/30", "fd00::/127");
        assertThat(allocations.grant().addresses().all())
                .containsExactly(IpAddress.of("10.0.0.1"), IpAddress.of("fd00::"));
        allocations.grant();
        assertThatThrownBy(allocations::grant).hasMessageContaining("10.0.0.0/30");
        assertThat(allocations.taken()).hasSize(4);
        Allocations large = of(new Families(false, true), "fd00::/64");
        assertThat(large.grant().addresses().all()).containsExactly(IpAddress.of("fd00::1"));
    }

    @Test
    void a_node_without_ranges_asks_to_try_again() {
        assertThatThrownBy(of(IPV4)::grant)
                .hasMessage(
                        "this node has no IPv4 pod CIDR yet: the operator gives it one, or the Node's spec.podCIDRs do");
        assertThatThrownBy(new Allocations(Optional::empty, IPV4)::grant)
                .hasMessage("this node is not known yet: its CiliumNode has not been read");
    }

    @Test
    void what_was_restored_is_not_given_nor_restored_twice() throws CniError {
        Allocations allocations = of(IPV4, "10.0.0.0/30");
        Addresses two = new Addresses(Optional.of(IpAddress.of("10.0.0.2")), Optional.empty());
        assertThat(allocations.hold(7, two)).isTrue();
        assertThat(allocations.hold(8, two)).isFalse();
        Granted next = allocations.grant();
        assertThat(ipv4(next)).isEqualTo("10.0.0.1");
        assertThat(next.id()).isEqualTo(8);
    }

    @Test
    void what_was_found_to_be_gone_waits_as_what_was_released_does() throws CniError {
        Allocations allocations = of(IPV4, "10.1.0.0/30");
        allocations.pass(1, new Addresses(Optional.of(IpAddress.of("10.1.0.1")), Optional.empty()));
        assertThat(allocations.taken()).isEmpty();
        Granted next = allocations.grant();
        assertThat(ipv4(next)).isEqualTo("10.1.0.2");
        assertThat(next.id()).isEqualTo(2);
        assertThat(ipv4(allocations.grant())).isEqualTo("10.1.0.1");
    }
}
