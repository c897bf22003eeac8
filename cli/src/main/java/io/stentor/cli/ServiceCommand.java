package io.stentor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "service",
        description = "Services as this node serves them.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {ServiceCommand.ListServices.class, ServiceCommand.Get.class},
        footer = {"", "Example:", "  stentor service list"})
final class ServiceCommand extends Group {

    @Command(
            name = "list",
            description = "Where services are reached, and which backends new connections get.",
            footer = {"", "Example:", "  stentor service list -n shop"})
    static final class ListServices extends ListCommand {
        /// More than these are counted, for people.
        private static final int SHOWN = 4;

        @Option(
                names = {"-n", "--namespace"},
                paramLabel = "NAMESPACE",
                defaultValue = "",
                description = "services of one namespace alone")
        private String namespace = "";

        @Override
        public Integer call() throws Failure {
            return show(
                    Json.request("service.list").put("namespace", namespace),
                    ListServices::table,
                    "no services are known");
        }

        private static TextTable table(List<JsonNode> rows) {
            TextTable table =
                    new TextTable("ID", "FRONTEND", "TYPE", "SERVICE", "BACKENDS", "BACKENDS OUTSIDE", "STATE");
            rows.forEach(row -> table.add(
                    cell(row, "id"),
                    cell(row, "frontend") + "/" + cell(row, "protocol"),
                    cell(row, "type"),
                    cell(row, "namespace") + "/" + cell(row, "name"),
                    backends(row.path("inside")),
                    outside(row),
                    cell(row, "state")));
            return table;
        }

        private static String outside(JsonNode row) {
            if (cell(row, "type").equals("ClusterIP")) {
                return "";
            }
            return row.path("outside").equals(row.path("inside")) ? "the same" : backends(row.path("outside"));
        }

        private static String backends(JsonNode list) {
            if (list.isEmpty()) {
                return "none";
            }
            String shown = StreamSupport.stream(list.spliterator(), false)
                    .limit(SHOWN)
                    .map(backend -> cell(backend, "address")
                            + (cell(backend, "state").equals("ready") ? "" : " (" + cell(backend, "state") + ")"))
                    .collect(Collectors.joining(", "));
            return list.size() > SHOWN ? shown + " and " + (list.size() - SHOWN) + " more" : shown;
        }
    }

    @Command(
            name = "get",
            description = "All that is known about one service.",
            footer = {"", "Examples:", "  stentor service get shop/web", "  stentor service get 10.96.0.7:80"})
    static final class Get extends AgentCommand {
        @Parameters(paramLabel = "[NAMESPACE/]NAME|IP[:PORT]", description = "which; IPv6 with a port in brackets")
        private String service = "";

        @Option(
                names = {"-n", "--namespace"},
                paramLabel = "NAMESPACE",
                defaultValue = "",
                description = "of a name without one (default: any, if there is one service of that name)")
        private String namespace = "";

        @Mixin
        private TableFormat format = new TableFormat();

        @Override
        public Integer call() throws Failure {
            JsonNode found = agent().ask(
                            Json.request("service.get").put("service", service).put("namespace", namespace));
            return format.print(out(), found, new ServiceReport(found)::print);
        }
    }
}
