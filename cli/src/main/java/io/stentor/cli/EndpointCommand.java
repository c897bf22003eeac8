package io.stentor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "endpoint",
        description = "Pods of this node.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {EndpointCommand.ListEndpoints.class, EndpointCommand.Get.class},
        footer = {"", "Example:", "  stentor endpoint list"})
final class EndpointCommand extends Group {

    @Command(
            name = "list",
            description = "All pods of this node that the datapath knows.",
            footer = {"", "Example:", "  stentor endpoint list -o json"})
    static final class ListEndpoints extends ListCommand {
        @Override
        public Integer call() throws Failure {
            return show(Json.request("endpoint.list"), ListEndpoints::table, "no pods on this node");
        }

        private static TextTable table(List<JsonNode> rows) {
            TextTable table = new TextTable("ID", "POD", "IPV4", "IPV6", "IDENTITY", "INTERFACE", "STATE");
            rows.forEach(row -> table.add(
                    cell(row, "id"),
                    cell(row, "namespace") + "/" + cell(row, "name"),
                    cell(row, "ipv4"),
                    cell(row, "ipv6"),
                    cell(row, "identity"),
                    cell(row, "interface"),
                    cell(row, "state")));
            return table;
        }
    }

    @Command(
            name = "get",
            description = "All that is known about one pod of this node.",
            footer = {"", "Example:", "  stentor endpoint get default/client"})
    static final class Get extends AgentCommand {
        @Parameters(paramLabel = "ID|NAMESPACE/POD", description = "which")
        private String endpoint = "";

        @Mixin
        private TableFormat format = new TableFormat();

        @Override
        public Integer call() throws Failure {
            JsonNode found = agent().ask(Json.request("endpoint.get").put("endpoint", endpoint));
            return format.print(out(), found, table(found)::print);
        }

        private static TextTable table(JsonNode found) {
            TextTable table = new TextTable("FIELD", "VALUE");
            found.properties().forEach(field -> table.add(field.getKey(), TextTable.text(field.getValue())));
            return table;
        }
    }
}
