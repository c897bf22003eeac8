package io.stentor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;

@Command(
        name = "node",
        description = "Nodes of the cluster.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = NodeCommand.ListNodes.class,
        footer = {"", "Example:", "  stentor node list"})
final class NodeCommand extends Group {

    @Command(
            name = "list",
            description = "All nodes that this one knows, with their addresses and the ranges of their pods.",
            footer = {"", "Example:", "  stentor node list -o json"})
    static final class ListNodes extends ListCommand {
        @Override
        public Integer call() throws Failure {
            return show(Json.request("node.list"), ListNodes::table, "no nodes are known");
        }

        private static TextTable table(List<JsonNode> rows) {
            TextTable table = new TextTable("NAME", "LOCAL", "INTERNAL-IP", "OTHER ADDRESSES", "POD-CIDRS");
            rows.forEach(row -> table.add(
                    cell(row, "name"),
                    row.path("local").asBoolean() ? "yes" : "",
                    addresses(row, true),
                    addresses(row, false),
                    cell(row, "podCIDRs")));
            return table;
        }

        private static String addresses(JsonNode row, boolean internal) {
            return StreamSupport.stream(row.path("addresses").spliterator(), false)
                    .filter(a -> cell(a, "type").equals("InternalIP") == internal)
                    .map(a -> (internal ? "" : cell(a, "type") + " ") + cell(a, "address"))
                    .collect(Collectors.joining(", "));
        }
    }
}
