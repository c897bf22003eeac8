package io.stentor.model;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.1",
        "::, ::",
        "fd00:0:0:1::1, fd00:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "::ffff:10.0.0.1, ::ffff:a00:1",
        "fe80:0:1:0:1:0:1:0, fe80:0:1:0:1:0:1:0",
    })
    void is_written_the_usual_way(String text, String expected) {
        assertThat(IpAddress.of(text)).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1/24", "fe80::1%eth0", "localhost", ":::"})
    void refuses_what_is_no_address(String text) {
        assertThat(IpAddress.parse(text)).isEmpty();
    }

    @Property
    void survives_writing_and_reading(@ForAll long high, @ForAll long low) {
        IpAddress address = new IpAddress(Family.IPV6, high, low);
        assertThat(IpAddress.of(address.toString())).isEqualTo(address);
        assertThat(IpAddress.of(address.bytes())).isEqualTo(address);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.0.1, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "0.0.0.0/0, ::1, false",
        "fd00::/56, fd00:0:0:ff::1, true",
        "fd00::/56, fd00:0:0:100::1, false",
        "fd00::/120, fd00::ff, true",
    })
    void ranges_contain_their_own_addresses(String cidr, String address, boolean contained) {
        assertThat(Cidr.of(cidr).contains(IpAddress.of(address))).isEqualTo(contained);
    }
}
