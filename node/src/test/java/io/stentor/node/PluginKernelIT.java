package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The plugin against agents that answer well and badly.
class PluginKernelIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final NodeBench bench = new NodeBench();

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        bench.close();
    }

    private Command run(String command, String more) throws IOException {
        String configuration =
                "{\"cniVersion\":\"1.0.0\",\"agent-socket\":\"" + directory.resolve("a.sock") + "\"" + more + "}";
        return bench.plugin(command, Map.of("CNI_CONTAINERID", "c\"1\\", "CNI_X", "grün"), configuration);
    }

    @Test
    void version_needs_no_agent() throws IOException {
        Command done = run("VERSION", "");
        assertThat(done.exitCode()).isZero();
        assertThat(JSON.readTree(done.output()))
                .isEqualTo(JSON.readTree("{\"cniVersion\":\"1.0.0\",\"supportedVersions\":"
                        + "[\"0.1.0\",\"0.2.0\",\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]}"));
    }

    @Test
    void everything_reaches_the_agent_as_it_was_given() throws IOException {
        String more = ",\"note\":\"tab\\tquote\\\" \\u00fc ü\u0001\", \"big\":\"" + "x".repeat(100_000) + "\"";
        Method echo = (request, reply) -> reply.result(request.toString());
        try (AgentSocket socket = AgentSocket.open(directory.resolve("a.sock"), Map.of("cni", echo))) {
            assertThat(socket).isNotNull();
            Command done = run("ADD", more);
            assertThat(done.exitCode()).as(done.output()).isZero();
            JsonNode request = JSON.readTree(done.output());
            assertThat(request.path("command").asText()).isEqualTo("ADD");
            assertThat(request.path("env").path("CNI_CONTAINERID").asText()).isEqualTo("c\"1\\");
            assertThat(request.path("env").path("CNI_X").asText()).isEqualTo("grün");
            assertThat(request.path("config").asText().strip()).endsWith(more + "}");
        }
    }

    @Test
    void an_agent_that_answers_badly_is_an_error_result() throws Exception {
        assertThat(answered("")).containsExactly(11, "the Stentor agent went away before it answered");
        assertThat(answered("\0\0\0\u0009r{}")).containsExactly(11, "the Stentor agent went away while it answered");
        assertThat(answered("\0\0\0\u0002s1")).containsExactly(5, "the Stentor agent's answer is not understood");
        assertThat(answered("\u007f\0\0\0r")).containsExactly(5, "the Stentor agent's answer is not understood");
    }

    @Test
    void a_configuration_beyond_all_measure_is_refused() throws IOException {
        Command done = bench.run(
                bench.host, "head -c 2000000 /dev/zero | CNI_COMMAND=ADD " + Path.of("../cni/target/stentor-cni"));
        assertThat(JSON.readTree(done.output()).path("msg").asText())
                .isEqualTo("the network configuration is larger than 1 MiB");
    }

    /// @return code and message of the error result
    private Object[] answered(String bytes) throws Exception {
        Path path = directory.resolve("a.sock");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            Thread agent = Thread.ofVirtual().start(() -> {
                try (SocketChannel peer = server.accept()) {
                    Frame.read(peer);
                    peer.write(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)));
                } catch (IOException failed) {
                    throw new IllegalStateException(failed);
                }
            });
            Command done = run("ADD", "");
            agent.join();
            assertThat(done.exitCode()).isEqualTo(1);
            JsonNode error = JSON.readTree(done.output());
            return new Object[] {error.path("code").asInt(), error.path("msg").asText()};
        } finally {
            java.nio.file.Files.delete(path);
        }
    }
}
