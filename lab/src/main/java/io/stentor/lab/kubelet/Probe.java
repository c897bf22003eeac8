package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A probe as a container's spec says it, with Kubernetes' defaults.
///
/// @param action what to try
/// @param timing when, and how long
/// @param thresholds how many results in a row count
record Probe(Action action, Timing timing, Thresholds thresholds) {

    /// What a probe tries.
    sealed interface Action {}

    /// @param host "" for the pod's address
    record Http(String host, int port, String path, Map<String, String> headers) implements Action {}

    /// @param host "" for the pod's address
    record Tcp(String host, int port) implements Action {}

    record Exec(List<String> command) implements Action {}

    /// @param what the lab does not do
    record Unsupported(String what) implements Action {}

    record Timing(Duration delay, Duration period, Duration timeout) {}

    record Thresholds(int success, int failure) {}

    /// @param kind `startupProbe`, `livenessProbe`, `readinessProbe`
    /// @return nothing when the container has no such probe
    static Optional<Probe> of(JsonNode container, String kind) {
        JsonNode json = container.path(kind);
        if (!json.isObject()) {
            return Optional.empty();
        }
        return Optional.of(new Probe(
                action(json, container),
                new Timing(
                        Duration.ofSeconds(json.path("initialDelaySeconds").asLong(0)),
                        Duration.ofSeconds(
                                Math.max(1, json.path("periodSeconds").asLong(10))),
                        Duration.ofSeconds(
                                Math.max(1, json.path("timeoutSeconds").asLong(1)))),
                new Thresholds(
                        Math.max(1, json.path("successThreshold").asInt(1)),
                        Math.max(1, json.path("failureThreshold").asInt(3)))));
    }

    private static Action action(JsonNode json, JsonNode container) {
        if (json.has("httpGet")) {
            JsonNode http = json.path("httpGet");
            if (http.path("scheme").asText("HTTP").equals("HTTPS")) {
                return new Unsupported("httpGet with scheme HTTPS");
            }
            Map<String, String> headers = new LinkedHashMap<>();
            http.path("httpHeaders")
                    .forEach(h ->
                            headers.put(h.path("name").asText(), h.path("value").asText()));
            String path = http.path("path").asText("/");
            return new Http(
                    http.path("host").asText(""),
                    port(http.path("port"), container),
                    path.startsWith("/") ? path : "/" + path,
                    headers);
        }
        if (json.has("tcpSocket")) {
            JsonNode tcp = json.path("tcpSocket");
            return new Tcp(tcp.path("host").asText(""), port(tcp.path("port"), container));
        }
        if (json.has("exec")) {
            List<String> command = new ArrayList<>();
            json.path("exec").path("command").forEach(word -> command.add(word.asText()));
            return command.isEmpty() ? new Unsupported("exec without a command") : new Exec(command);
        }
        return new Unsupported(json.has("grpc") ? "grpc" : "a probe without httpGet, tcpSocket or exec");
    }

    /// A number, or the name of one of the container's ports.
    private static int port(JsonNode port, JsonNode container) {
        if (port.isTextual()) {
            for (JsonNode named : container.path("ports")) {
                if (named.path("name").asText("").equals(port.asText())) {
                    return named.path("containerPort").asInt();
                }
            }
        }
        return port.asInt(0);
    }
}
