package io.stentor.lab.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.api.Json;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProbeTest {

    private static final Dialer DIRECT = (target, patience) -> {
        Socket socket = new Socket();
        socket.connect(target, (int) patience.toMillis());
        socket.setSoTimeout((int) patience.toMillis());
        return socket;
    };

    private static Probe probe(String text) {
        JsonNode container = Json.parse(text.getBytes(StandardCharsets.UTF_8));
        return Probe.of(container, "readinessProbe").orElseThrow();
    }

    @Test
    void a_probe_has_kubernetes_defaults_and_finds_named_ports() {
        Probe probe = probe("""
                {"ports": [{"name": "http", "containerPort": 8080}],
                 "readinessProbe": {"httpGet": {"path": "ok", "port": "http"}}}""");
        assertThat(probe.action()).isEqualTo(new Probe.Http("", 8080, "/ok", Map.of()));
        assertThat(probe.timing())
                .isEqualTo(new Probe.Timing(Duration.ZERO, Duration.ofSeconds(10), Duration.ofSeconds(1)));
        assertThat(probe.thresholds()).isEqualTo(new Probe.Thresholds(1, 3));
    }

    @Test
    void what_the_lab_cannot_do_fails_with_a_sentence() throws Exception {
        Probe probe = probe("{\"readinessProbe\": {\"grpc\": {\"port\": 1}}}");
        assertThat(new ProbeRun(DIRECT, "127.0.0.1", List.of()).attempt(probe))
                .contains("the lab does not support grpc in probes");
    }

    @Test
    void http_is_fine_from_200_to_399() throws Exception {
        try (ServerSocket server = new ServerSocket(0)) {
            assertThat(answering(server, "HTTP/1.1 204 No Content\r\n\r\n")).isEmpty();
            assertThat(answering(server, "HTTP/1.1 503 Busy\r\n\r\n"))
                    .contains("HTTP probe failed with statuscode: 503");
            assertThat(answering(server, "SSH-2.0\r\n")).contains("no HTTP answer: SSH-2.0");
        }
    }

    private static java.util.Optional<String> answering(ServerSocket server, String answer) throws Exception {
        Thread thread = Thread.ofPlatform().start(() -> {
            try (Socket client = server.accept()) {
                client.getInputStream().read(new byte[4096]);
                client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        try {
            Probe probe = probe("{\"readinessProbe\": {\"timeoutSeconds\": 5, \"httpGet\": {\"port\": "
                    + server.getLocalPort() + "}}}");
            return new ProbeRun(DIRECT, "127.0.0.1", List.of()).attempt(probe);
        } finally {
            thread.join();
        }
    }
}
