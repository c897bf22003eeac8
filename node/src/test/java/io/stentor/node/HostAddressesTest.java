package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.kernel.net.Address;
import io.stentor.kernel.net.Prefix;
import io.stentor.model.Addresses;
import io.stentor.model.HostAddress;
import io.stentor.model.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HostAddressesTest {

    private static final Addresses NONE = new Addresses(Optional.empty(), Optional.empty());

    private static Address held(int ifindex, String range) {
        return Address.of(ifindex, Prefix.of(range));
    }

    private static String inShort(HostAddress held) {
        return held.address() + (held.primary() ? " primary" : "");
    }

    private static List<String> of(Addresses own, String... onEth0) {
        List<Address> all = Stream.concat(
                        Stream.of(held(1, "127.0.0.1/8"), held(1, "::1/128"), held(8, "172.17.0.1/16")),
                        Stream.of(onEth0).map(range -> held(NetworkFacts.ETH0, range)))
                .toList();
        return HostAddresses.of(all, Set.of(NetworkFacts.link(NetworkFacts.ETH0, "eth0", "veth", 1500)), own)
                .values()
                .map(HostAddressesTest::inShort)
                .sorted()
                .toList();
    }

    @Test
    void of_each_family_of_a_device_that_leads_out_the_first_address_is_primary() {
        assertThat(of(NONE, "192.0.2.1/24", "192.0.2.2/24", "fe80::1/64", "2001:db8::1/64", "2001:db8::2/64"))
                .containsExactly("172.17.0.1", "192.0.2.1 primary", "192.0.2.2", "2001:db8::1 primary", "2001:db8::2");
    }

    @Test
    void an_internal_ip_comes_before_the_others_of_its_device() {
        assertThat(of(
                        new Addresses(Optional.of(IpAddress.of("192.0.2.2")), Optional.empty()),
                        "192.0.2.1/24",
                        "192.0.2.2/24"))
                .containsExactly("172.17.0.1", "192.0.2.1", "192.0.2.2 primary");
    }
}
