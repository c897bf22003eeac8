package io.stentor.lab;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Waits for a lab to become ready, and says on the way how far it is.
final class Progress {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final LabDirectory directory;
    private final PrintWriter out;
    private final int nodes;
    private final long begin = System.nanoTime();
    private final Set<String> said = new HashSet<>();

    /// @param nodes how many there are to be
    Progress(LabDirectory directory, PrintWriter out, int nodes) {
        this.directory = directory;
        this.out = out;
        this.nodes = nodes;
    }

    /// @param daemon the lab's process if this command started it: when it ends, there is nothing to wait for
    /// @throws LabFailure that says what is missing and where to look
    void awaitReady(@Nullable Process daemon) throws InterruptedException {
        Optional<JsonNode> status = Optional.empty();
        while (System.nanoTime() - begin < PATIENCE.toNanos()) {
            if (daemon != null && !daemon.isAlive()) {
                throw new LabFailure("The lab '" + directory.name() + "' could not be started: "
                        + Tail.lastLine(directory.log("apiserver")));
            }
            status = new ControlClient(directory).tryAsk("progress", Map.of());
            if (status.isPresent()) {
                tell(status.get());
                String failure = status.get().path("failure").asText("");
                if (!failure.isEmpty()) {
                    throw new LabFailure(failure);
                }
                if (StatusCommand.ready(status.get(), nodes)) {
                    say("Ready: " + nodes + " node(s); KUBECONFIG=" + directory.kubeconfig());
                    return;
                }
            }
            Thread.sleep(50);
        }
        throw new LabFailure("The lab '" + directory.name() + "' is not ready after " + PATIENCE.toSeconds() + " s"
                + status.map(Progress::late).orElse("")
                + ". It is left as it is: see 'stentor lab logs --name " + directory.name() + " NODE'.");
    }

    private static String late(JsonNode status) {
        StringBuilder names = new StringBuilder();
        for (JsonNode node : status.path("nodes")) {
            if (!node.path("ready").asBoolean()) {
                names.append(names.isEmpty() ? ": not " : ", not ")
                        .append(node.path("name").asText());
            }
        }
        return names.toString();
    }

    private void tell(JsonNode status) {
        status.path("progress").forEach(line -> say(line.asText()));
        for (JsonNode node : status.path("nodes")) {
            if (node.path("ready").asBoolean()) {
                say(node.path("name").asText() + " is ready");
            }
        }
    }

    private void say(String line) {
        if (said.add(line)) {
            out.printf("%5.1f s  %s%n", (System.nanoTime() - begin) / 1e9, line);
            out.flush();
        }
    }
}
