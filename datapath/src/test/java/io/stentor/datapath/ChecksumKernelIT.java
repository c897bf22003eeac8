package io.stentor.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.kernel.Linux;
import io.stentor.kernel.bpf.TestResult;
import io.stentor.model.Family;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Checksums of packets whose addresses and ports programs have changed.
class ChecksumKernelIT {
    private static final int ETHERNET = 14;
    private static final int CHECKSUM = ETHERNET + 40 + 6;

    /// In IPv6 a datagram without a checksum is dropped (RFC 8200, 8.1): a sum that comes to zero is sent as ones.
    @Test
    void a_translated_datagram_always_has_a_checksum() throws IOException {
        try (Linux kernel = Linux.open();
                TestNode node = new TestNode(kernel);
                LoadedPrograms programs = new LoadedPrograms(
                        kernel.bpf(),
                        node.world().config(Map.of("services", "true", "encapsulate", "false")),
                        Map.of())) {
            programs.reset(node.world().images(Optional.of(Family.IPV4)));
            PacketBuilder builder = new PacketBuilder(node.world());
            int port = IntStream.range(1024, 65536)
                    .filter(candidate -> checksum(builder.build(translated(candidate))) == 0xffff)
                    .findFirst()
                    .orElseThrow();
            byte[] call = builder.build("eth(web, gateway)/ipv6(web, depot)/udp(" + port + ", 53)/payload(4)");
            byte[] answer = builder.build("eth(gateway, web)/ipv6(far, web)/udp(5353, " + port + ")/payload(4)");
            byte[] expected = builder.build(translated(port));
            for (String way : new String[] {"by the stages", "before it is in use", "by the short way"}) {
                TestResult result = node.run(programs.program("from_pod"), "web", 0, call);
                assertThat(withoutEthernet(result.packet())).as(way).isEqualTo(withoutEthernet(expected));
                node.run(programs.program("to_pod"), "web", 0, answer);
            }
        }
    }

    private static String translated(int port) {
        return "eth(web, gateway)/ipv6(web, far, hop=63)/udp(" + port + ", 5353)/payload(4)";
    }

    private static int checksum(byte[] frame) {
        return ByteBuffer.wrap(frame).getShort(CHECKSUM) & 0xffff;
    }

    private static byte[] withoutEthernet(byte[] frame) {
        return Arrays.copyOfRange(frame, ETHERNET, frame.length);
    }
}
