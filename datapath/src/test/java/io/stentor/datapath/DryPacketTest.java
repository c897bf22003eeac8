package io.stentor.datapath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.datapath.explain.DryPacket;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Protocol;
import org.junit.jupiter.api.Test;

class DryPacketTest {
    private final World world = new World(name -> 1);

    private String printed(Family family, Protocol protocol) {
        DryPacket packet = new DryPacket(world.address("web", family), 1000, world.address("db", family), 80, protocol);
        return PacketPrinter.print(packet.frame(world.mac("web"), world.mac("gateway")));
    }

    /// The printer tells all that is not as a packet should be, checksums above all.
    @Test
    void frames_are_whole() {
        String ethernet = "eth(02:00:00:00:00:07, 02:53:54:4e:00:01)";
        assertThat(printed(Family.IPV4, Protocol.TCP))
                .isEqualTo(ethernet + "/ipv4(10.0.1.7, 10.0.1.8, df=1)/tcp(1000, 80, flags=S, seq=0x1)");
        assertThat(printed(Family.IPV6, Protocol.TCP))
                .isEqualTo(ethernet + "/ipv6(fd00:1::7, fd00:1::8)/tcp(1000, 80, flags=S, seq=0x1)");
        assertThat(printed(Family.IPV4, Protocol.UDP))
                .isEqualTo(ethernet + "/ipv4(10.0.1.7, 10.0.1.8, df=1)/udp(1000, 80)/hex(0000000000000000)");
        assertThat(printed(Family.IPV6, Protocol.UDP))
                .isEqualTo(ethernet + "/ipv6(fd00:1::7, fd00:1::8)/udp(1000, 80)/hex(0000000000000000)");
    }

    @Test
    void what_cannot_be_a_packet_is_refused() {
        IpAddress ipv4 = IpAddress.of("10.0.0.1");
        assertThatThrownBy(() -> new DryPacket(ipv4, 1, IpAddress.of("fd00::1"), 2, Protocol.TCP))
                .hasMessageContaining("two families");
        assertThatThrownBy(() -> new DryPacket(ipv4, 1, ipv4, 2, Protocol.SCTP)).hasMessageContaining("SCTP");
    }
}
