package io.stentor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "monitor",
        description = "What happens to packets on this node, as it happens: drops with their reasons, and traces.",
        footer = {
            "",
            "WHO is an endpoint's number, an address, a range, NAMESPACE/POD, a node's name, host or world.",
            "Times are UTC. Ctrl-C ends it.",
            "",
            "Example:",
            "  stentor monitor --type drop --from default/client"
        })
final class MonitorCommand extends AgentCommand {
    @Option(
            names = "--type",
            split = ",",
            paramLabel = "TYPE",
            description = "only events of these types: ${COMPLETION-CANDIDATES} (default: all)")
    private List<Type> types = new ArrayList<>();

    @Option(names = "--from", paramLabel = "WHO", defaultValue = "", description = "only packets that WHO sent")
    private String from = "";

    @Option(names = "--to", paramLabel = "WHO", defaultValue = "", description = "only packets that go to WHO")
    private String to = "";

    @Option(names = "--endpoint", paramLabel = "WHO", defaultValue = "", description = "only packets from or to WHO")
    private String endpoint = "";

    @Option(
            names = "--last",
            paramLabel = "N",
            defaultValue = "0",
            description = "begin with the last N events from before, those left out included")
    private int last;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "0",
            description = "end after N events (default: never)")
    private int count;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "compact",
            description = "${COMPLETION-CANDIDATES}, one line an event (default: ${DEFAULT-VALUE})")
    private Format format = Format.COMPACT;

    enum Type {
        DROP,
        TRACE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    enum Format {
        COMPACT,
        JSON;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private int shown;

    @Override
    public Integer call() throws Failure {
        ObjectNode request = Json.request("monitor").put("last", last);
        ArrayNode wanted = request.putArray("types");
        types.forEach(type -> wanted.add(type.toString()));
        request.put("from", from).put("to", to).put("endpoint", endpoint);
        agent().ask(request, this::show);
        return ExitCode.FINE;
    }

    private boolean show(JsonNode row) {
        switch (row.path("type").asText()) {
            case "start" -> err().println("monitoring " + row.path("node").asText() + ", Ctrl-C ends");
            case "lost" -> {
                if (format == Format.JSON) {
                    out().println(Json.text(row));
                } else {
                    err().println(row.path("count").asText() + " events lost ("
                            + row.path("where").asText() + ")");
                }
            }
            default -> {
                out().println(format == Format.JSON ? Json.text(row) : EventLine.of(row));
                shown++;
            }
        }
        // Whoever reads our output may have gone.
        return !out().checkError() && (count == 0 || shown < count);
    }
}
