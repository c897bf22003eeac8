package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentSocketTest {
    private final CountDownLatch left = new CountDownLatch(1);

    @TempDir
    private Path directory;

    private Path path = Path.of("");
    private AgentSocket socket;

    @BeforeEach
    void open() throws IOException {
        path = directory.resolve("run/agent.sock");
        socket = AgentSocket.open(path, methods(), Duration.ofMillis(200));
    }

    @AfterEach
    void close() {
        socket.close();
    }

    private Map<String, Method> methods() {
        return Map.of(
                "echo", (request, reply) -> reply.result(request.path("say").asText()),
                "count",
                        (request, reply) -> {
                            for (int i = 1; i <= 3; i++) {
                                reply.item("" + i);
                            }
                            reply.result("done");
                        },
                "silent", (request, reply) -> {},
                "broken",
                        (request, reply) -> {
                            throw new IllegalStateException("out of order");
                        },
                "huge", (request, reply) -> reply.result("x".repeat(Frame.LIMIT)),
                "wait",
                        (request, reply) -> {
                            while (reply.open()) {
                                java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
                            }
                            left.countDown();
                        });
    }

    @Test
    void a_request_gets_its_result_and_a_stream_its_items() throws IOException {
        assertThat(ask("{\"method\":\"echo\",\"say\":\"grüß\"}")).containsExactly("r:grüß");
        assertThat(ask("{\"method\":\"count\"}")).containsExactly("s:1", "s:2", "s:3", "r:done");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"method":"fly"}   | unknown method "fly"
            {"method":7}       | unknown method "7"
            {}                 | unknown method ""
            []                 | the request is not a JSON object
            {"method"          | the request is not JSON: Unexpected end-of-input
            {"method":"silent"} | method "silent" gave no answer
            {"method":"broken"} | internal error: java.lang.IllegalStateException: out of order
            {"method":"huge"}  | internal error: java.lang.IllegalArgumentException: the answer has 1048576 bytes
            """)
    void what_cannot_be_answered_gets_a_sentence(String request, String sentence) throws IOException {
        assertThat(ask(request)).singleElement().asString().startsWith("e:").contains(sentence.replace("\"", "\\\""));
        assertThat(ask("{\"method\":\"echo\",\"say\":\"alive\"}")).containsExactly("r:alive");
    }

    @Test
    void lengths_beyond_the_limit_wrong_kinds_and_unfinished_requests_do_no_harm() throws IOException {
        assertThat(send(
                        ByteBuffer.allocate(4)
                                .putInt(0x7fffffff)
                                .put(new byte[0])
                                .flip(),
                        new byte[] {'q'}))
                .containsExactly("e:{\"message\":\"a frame has 1 to 1048576 bytes, not 2147483647\"}");
        assertThat(send(ByteBuffer.allocate(4).flip(), new byte[] {0, 0, 0, 0, 0}))
                .containsExactly("e:{\"message\":\"a frame has 1 to 1048576 bytes, not 0\"}");
        assertThat(send(Frame.encode('x', "{}"), new byte[0]))
                .containsExactly("e:{\"message\":\"a request is a frame of kind 'q'\"}");
        assertThat(send(Frame.encode('q', "{}").limit(6), new byte[0]))
                .containsExactly("e:{\"message\":\"the request was not complete within 200 ms\"}");
        assertThat(ask("{\"method\":\"echo\",\"say\":\"alive\"}")).containsExactly("r:alive");
    }

    @Test
    void a_method_sees_that_its_asker_left() throws Exception {
        SocketChannel peer = SocketChannel.open(UnixDomainSocketAddress.of(path));
        peer.write(Frame.encode('q', "{\"method\":\"wait\"}"));
        peer.close();
        assertThat(left.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void the_socket_is_private_taken_once_and_gone_when_closed() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThatThrownBy(() -> AgentSocket.open(path, Map.of())).hasMessageContaining("another agent answers");
        socket.close();
        assertThat(path).doesNotExist();
    }

    @Test
    void a_socket_file_of_an_agent_that_died_is_replaced() throws IOException {
        Path stale = directory.resolve("stale.sock");
        try (var dead = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(stale));
        }
        assertThat(stale).exists();
        AgentSocket.open(stale, Map.of()).close();
        assertThat(stale).doesNotExist();
    }

    private List<String> ask(String request) throws IOException {
        return send(Frame.encode('q', request), new byte[0]);
    }

    private List<String> send(ByteBuffer first, byte[] second) throws IOException {
        try (SocketChannel peer = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            peer.write(first);
            peer.write(ByteBuffer.wrap(second));
            List<String> answers = new java.util.ArrayList<>();
            while (true) {
                Frame frame = Frame.read(peer);
                answers.add(frame.kind() + ":" + new String(frame.payload(), StandardCharsets.UTF_8));
                if (frame.kind() != 's') {
                    return answers;
                }
            }
        }
    }
}
