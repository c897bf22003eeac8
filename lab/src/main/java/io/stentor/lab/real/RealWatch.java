package io.stentor.lab.real;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.kube.RawApi;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.Watch;
import io.stentor.lab.api.WatchEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/// A real API server's watch. It ends when the server says so, every few minutes; whoever follows lists again then. A
/// server that goes without a word, with its machine or the way to it, does not say so: that is the end, too.
final class RealWatch implements Watch {

    private static final Duration LATE = Duration.ofSeconds(30);

    private final RawApi.Lines lines;
    private final long deadline;
    private volatile boolean closed;

    /// @param lasting after which the server ends it
    RealWatch(RawApi.Lines lines, Duration lasting) {
        this.lines = lines;
        this.deadline = System.nanoTime() + lasting.plus(LATE).toNanos();
    }

    @Override
    public Optional<WatchEvent> next(Duration patience) throws InterruptedException {
        if (System.nanoTime() - deadline > 0) {
            throw ApiException.gone("the API server has not ended the watch when it should");
        }
        Optional<String> line;
        try {
            line = lines.next(patience);
        } catch (IOException ended) {
            if (closed) {
                throw new IllegalStateException("closed", ended);
            }
            throw ApiException.gone("the watch has ended");
        }
        return line.map(RealWatch::event);
    }

    private static WatchEvent event(String line) {
        JsonNode json = Json.parse(line.getBytes(StandardCharsets.UTF_8));
        if (!(json.path("object") instanceof ObjectNode object)) {
            throw ApiException.gone("the watch brings what is no event");
        }
        WatchEvent.Type type = WatchEvent.Type.valueOf(json.path("type").asText());
        if (type == WatchEvent.Type.ERROR) {
            throw ApiException.gone(object.path("message").asText("the watch has failed"));
        }
        return new WatchEvent(type, object);
    }

    @Override
    public void close() {
        closed = true;
        lines.close();
    }
}
