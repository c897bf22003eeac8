package io.stentor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.kernel.net.Connection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketKernelIT {
    private static final Pattern COOKIE = Pattern.compile(" sk:([0-9a-f]+)");

    @RegisterExtension
    static final Bench BENCH = new Bench();

    private final Linux linux = BENCH.linux();

    private Path namespaceWithLoopback() throws IOException, InterruptedException {
        Path netns = BENCH.namespace();
        assertThat(said("nsenter", "--net=" + netns, "ip", "link", "set", "lo", "up"))
                .isEmpty();
        return netns;
    }

    /// Sockets that are connected with this port, as they are and as they would be if their peer were another.
    private static Set<Connection> connections(Path netns, String kind, InetSocketAddress peer, int told)
            throws IOException, InterruptedException {
        InetSocketAddress whom = new InetSocketAddress(peer.getAddress(), told);
        return cookies(netns, kind, peer.getPort()).stream()
                .map(cookie -> new Connection(kind.equals("-t") ? 6 : 17, cookie, whom))
                .collect(Collectors.toSet());
    }

    private static Set<Long> cookies(Path netns, String kind, int port) throws IOException, InterruptedException {
        String sockets = said("nsenter", "--net=" + netns, "ss", "-nHe", kind, "dport", "=", ":" + port);
        return COOKIE.matcher(sockets)
                .results()
                .map((MatchResult found) -> Long.parseUnsignedLong(found.group(1), 16))
                .collect(Collectors.toSet());
    }

    private static String said(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", List.of(command), output).isZero();
        return output;
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void a_connection_is_ended_by_its_cookie_and_no_other(String loopback) throws Exception {
        Path netns = namespaceWithLoopback();
        InetSocketAddress any = new InetSocketAddress(InetAddress.ofLiteral(loopback), 0);
        linux.inNamespace(netns, () -> {
            ServerSocketChannel server =
                    BENCH.closing(ServerSocketChannel.open().bind(any));
            ServerSocketChannel other = BENCH.closing(ServerSocketChannel.open().bind(any));
            SocketChannel ended = BENCH.closing(SocketChannel.open(server.getLocalAddress()));
            SocketChannel kept = BENCH.closing(SocketChannel.open(other.getLocalAddress()));
            SocketChannel accepted = BENCH.closing(other.accept());
            InetSocketAddress peer = (InetSocketAddress) server.getLocalAddress();
            Set<Connection> connections = connections(netns, "-t", peer, peer.getPort());
            assertThat(connections).hasSize(1);

            assertThat(linux.endSockets(BENCH.namespace(), connections))
                    .as("elsewhere")
                    .isZero();
            assertThat(linux.endSockets(netns, connections(netns, "-t", peer, 1)))
                    .as("connected to another")
                    .isZero();
            assertThat(linux.endSockets(netns, connections)).isEqualTo(1);
            assertThat(linux.endSockets(netns, connections)).isZero();

            assertThatThrownBy(() -> ended.read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
            assertThat(accepted.write(ByteBuffer.wrap(new byte[] {1}))).isEqualTo(1);
            assertThat(kept.read(ByteBuffer.allocate(1))).isEqualTo(1);
            return true;
        });
    }

    @Test
    void a_connected_datagram_socket_is_ended_too() throws Exception {
        Path netns = namespaceWithLoopback();
        InetSocketAddress any = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
        linux.inNamespace(netns, () -> {
            DatagramChannel server = BENCH.closing(DatagramChannel.open().bind(any));
            DatagramChannel client = BENCH.closing(DatagramChannel.open().connect(server.getLocalAddress()));

            InetSocketAddress peer = (InetSocketAddress) server.getLocalAddress();
            assertThat(linux.endSockets(netns, connections(netns, "-u", peer, peer.getPort())))
                    .isEqualTo(1);

            assertThatThrownBy(() -> client.write(ByteBuffer.wrap(new byte[] {1})))
                    .isInstanceOf(IOException.class);
            return true;
        });
    }

    @Test
    void an_ipv6_socket_that_speaks_ipv4_is_known_by_its_ipv4_peer() throws Exception {
        Path netns = namespaceWithLoopback();
        linux.inNamespace(netns, () -> {
            ServerSocketChannel server = BENCH.closing(
                    ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)));
            // Java's sockets are of IPv6 unless they are told otherwise.
            SocketChannel client = BENCH.closing(SocketChannel.open(server.getLocalAddress()));
            assertThat(said(
                            "nsenter",
                            "--net=" + netns,
                            "ss",
                            "-tnH6",
                            "dport",
                            "=",
                            ":" + server.socket().getLocalPort()))
                    .contains("ffff:127.0.0.1");
            InetSocketAddress peer = (InetSocketAddress) server.getLocalAddress();

            assertThat(linux.endSockets(netns, connections(netns, "-t", peer, peer.getPort())))
                    .isEqualTo(1);

            assertThatThrownBy(() -> client.read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
            return true;
        });
    }
}
