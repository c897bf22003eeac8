package io.stentor.lab;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "status", description = "Show a lab's nodes; exit code 1 when one is not ready, 3 without a lab.")
final class StatusCommand extends LabCommand {

    /// How to print.
    enum Output {
        TEXT,
        JSON
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            defaultValue = "text",
            description = "How to print it.")
    Output output = Output.TEXT;

    @Override
    int run() {
        JsonNode status = ask("status", Map.of());
        switch (output) {
            case JSON -> out().println(status.toPrettyString());
            case TEXT -> print(status);
        }
        out().flush();
        return ready(status, topology().plan().nodes().size()) ? 0 : LabFailure.FAILED;
    }

    /// Whether there is an API server, and all nodes are ready.
    ///
    /// @param nodes how many there are to be
    static boolean ready(JsonNode status, int nodes) {
        for (JsonNode node : status.path("nodes")) {
            if (!node.path("ready").asBoolean()) {
                return false;
            }
        }
        return status.path("nodes").size() == nodes
                && !status.path("apiServer").asText().isEmpty();
    }

    private void print(JsonNode status) {
        out().println("Lab         " + status.path("name").asText());
        out().println("API server  " + status.path("apiServer").asText());
        out().println("kubeconfig  " + status.path("kubeconfig").asText());
        out().println();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("NODE", "READY", "AGENT PID", "ADDRESSES", "POD CIDRS"));
        for (JsonNode node : status.path("nodes")) {
            rows.add(List.of(
                    node.path("name").asText(),
                    node.path("ready").asBoolean() ? "yes" : "no",
                    node.path("agentPid").asText("-").replace("null", "-"),
                    joined(node.path("addresses")),
                    joined(node.path("podCIDRs"))));
        }
        out().print(Columns.aligned(rows));
    }

    private static String joined(JsonNode array) {
        List<String> all = new ArrayList<>();
        array.forEach(element -> all.add(element.asText()));
        return all.isEmpty() ? "-" : String.join(",", all);
    }
}
