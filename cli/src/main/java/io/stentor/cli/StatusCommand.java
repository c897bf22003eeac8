package io.stentor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "status",
        description = "How the agent and its parts are.",
        footer = {
            "",
            "Exits with 0 when the agent is ready, also when something is degraded, and with 1 when it is not.",
            "",
            "Example:",
            "  stentor status --wait --wait-duration 2m"
        })
final class StatusCommand extends AgentCommand {
    private static final Duration PAUSE = Duration.ofMillis(300);

    @Option(names = "--wait", description = "wait until the agent is ready")
    private boolean wait;

    @Option(
            names = "--wait-duration",
            paramLabel = "TIME",
            converter = TimeSpan.class,
            defaultValue = "5m",
            description = "how long to wait at most: 90s, 5m, 1h (default: ${DEFAULT-VALUE})")
    private Duration patience = Duration.ofMinutes(5);

    @Mixin
    private ReportFormat format = new ReportFormat();

    @Override
    public Integer call() throws Failure, InterruptedException {
        JsonNode status = wait ? awaitReady() : ask();
        if (format.json()) {
            out().println(Json.pretty(status));
        } else {
            print(status);
        }
        out().flush();
        if (wait && !ready(status)) {
            throw new Failure(ExitCode.FAILED, "the agent was not ready within " + TimeSpan.text(patience));
        }
        return ready(status) ? ExitCode.FINE : ExitCode.FAILED;
    }

    private JsonNode ask() throws Failure {
        return agent().ask(Json.request("status"));
    }

    private static boolean ready(JsonNode status) {
        return status.path("ready").asBoolean();
    }

    /// An agent that does not answer may be starting.
    private JsonNode awaitReady() throws Failure, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            @Nullable JsonNode status = null;
            @Nullable Failure failure = null;
            try {
                status = ask();
            } catch (Failure away) {
                failure = away;
            }
            boolean late = System.nanoTime() - deadline >= 0;
            if (status != null && (ready(status) || late)) {
                return status;
            }
            if (failure != null && late) {
                throw failure;
            }
            Thread.sleep(PAUSE);
        }
    }

    private void print(JsonNode status) {
        new TextTable()
                .add("Node:", status.path("node").asText())
                .add("Status:", status.path("status").asText() + (ready(status) ? "" : ", not ready"))
                .add("Version:", status.path("version").asText())
                .print(out());
        out().println();
        TextTable parts = new TextTable("PART", "STATUS", "DETAIL");
        status.path("parts")
                .forEach(part -> parts.add(
                        part.path("part").asText(),
                        part.path("status").asText(),
                        part.path("detail").asText()));
        parts.print(out());
        out().println();
        JsonNode datapath = status.path("datapath");
        new TextTable()
                .add("Routing:", status.path("routing").asText())
                .add("Devices:", joined(status.path("devices"), "name", "mtu"))
                .add("Addresses:", joined(status.path("addresses"), "type", "address"))
                .add(
                        "Pods:",
                        datapath.path("endpoints").asText() + " here, addresses elsewhere: "
                                + datapath.path("remotePods").asText())
                .add("Nodes:", datapath.path("nodes").asText())
                .print(out());
        if (!status.path("problems").isEmpty()) {
            out().println();
            out().println("Problems:");
            status.path("problems").forEach(problem -> {
                String field = problem.path("field").asText();
                out().println("  " + problem.path("object").asText() + (field.isEmpty() ? "" : " " + field) + ": "
                        + problem.path("reason").asText());
            });
        }
    }

    private static String joined(JsonNode list, String first, String second) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(item -> item.path(first).asText() + " " + (second.equals("mtu") ? "mtu " : "")
                        + item.path(second).asText())
                .collect(Collectors.joining(", "));
    }
}
