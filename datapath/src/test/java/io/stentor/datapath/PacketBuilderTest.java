package io.stentor.datapath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacketBuilderTest {
    private static final String ETH = "eth(02:00:00:00:00:01, 02:00:00:00:00:02)";
    private final PacketBuilder builder = new PacketBuilder(Names.NONE);

    /// Checksums worked out by hand after RFC 1071.
    @Test
    void an_echo_request_has_the_bytes_of_the_rfcs() {
        assertThat(HexFormat.of()
                        .formatHex(builder.build(
                                "eth(02:00:00:00:00:01, 02:00:00:00:00:02)/ipv4(127.0.0.1, 127.0.0.1, id=1, df=1)"
                                        + "/icmp(8, 0, id=1, seq=1)/hex(6162)")))
                .isEqualTo("020000000002" + "020000000001" + "0800" //
                        + "4500001e0001400040013cdc7f0000017f000001" + "0800969b00010001" + "6162");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/ipv4(10.0.0.1, 10.0.0.2)/udp(1000, 53)/payload(8)",
                "/ipv4(10.0.0.1, 10.0.0.2, ttl=1, tos=4, options=01010101)/tcp(1000, 80, flags=SA, seq=0x1, ack=0x2)",
                "/ipv4(10.0.0.1, 10.0.0.2, id=7, mf=1)/udp(1000, 53, len=3000)/payload(8)",
                "/ipv4(10.0.0.1, 10.0.0.2, id=7, offset=1480, proto=17)/payload(8)",
                "/ipv4(10.0.0.1, 10.0.0.2, checksum=0x1)/udp(1000, 53, checksum=0x0)",
                "/ipv4(10.0.0.1, 10.0.0.2)/icmp(3, 4, seq=1400)/ipv4(10.0.0.2, 10.0.0.1)/udp(53, 1000)/payload(8)",
                "/ipv4(10.0.0.1, 10.0.0.2)/udp(7, 8472, checksum=0x0)/vxlan(5)/" + ETH + "/ipv4(10.0.0.1, 10.0.0.2)",
                "/ipv6(fd00::1, fd00::2, hop=2)/hopopts(words=1)/dstopts()/frag(7, more=1)/tcp(1, 2, flags=S)",
                "/ipv6(fd00::1, fd00::2)/frag(7, offset=1448, next=17)/payload(100)",
                "/ipv6(fd00::1, fd00::2)/icmpv6(128, 0, id=3)/payload(3)",
                "/ipv6(fd00::1, fd00::2)/icmpv6(2, 0, seq=1400)/ipv6(fd00::2, fd00::1)/udp(53, 1000)",
                "/arp(request, 02:00:00:00:00:01, 10.0.0.1, 00:00:00:00:00:00, 10.0.0.2)",
                "/hex(4500)",
            })
    void what_is_built_is_printed_as_it_was_written(String layers) {
        String text = (layers.startsWith("/hex") ? ETH.replace(")", ", type=0x800)") : ETH) + layers;

        assertThat(PacketPrinter.print(builder.build(text))).isEqualTo(text);
    }

    @Test
    void a_neighbour_solicitation_carries_target_and_option() {
        byte[] packet = builder.build(
                ETH + "/ipv6(fd00::1, ff02::1:ff00:2, hop=255)" + "/solicit(fd00::2, mac=02:00:00:00:00:01)");

        assertThat(HexFormat.of().formatHex(packet, 54, packet.length))
                .matches("8700....00000000" + "fd000000000000000000000000000002" + "0101020000000001");
        assertThat(builder.build(PacketPrinter.print(packet))).isEqualTo(packet);
    }

    @Test
    void a_cut_packet_ends_in_the_middle() {
        assertThat(builder.build(ETH + "/ipv4(10.0.0.1, 10.0.0.2)/tcp(1, 2)/cut(40)"))
                .hasSize(40);
    }

    @Test
    void what_is_no_packet_is_refused() {
        assertThatThrownBy(() -> builder.build("eth(a")).hasMessage("not a packet: eth(a");
        assertThatThrownBy(() -> builder.build("eath()")).hasMessage("no layer is called eath");
        assertThatThrownBy(() -> builder.build(ETH + "/ipv4(10.0.0.1)")).hasMessage("ipv4 needs more than 1 values");
    }
}
