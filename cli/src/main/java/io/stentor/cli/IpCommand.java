package io.stentor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import picocli.CommandLine.Command;

@Command(
        name = "ip",
        description = "Addresses of the cluster.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = IpCommand.ListAddresses.class,
        footer = {"", "Example:", "  stentor ip list"})
final class IpCommand extends Group {

    @Command(
            name = "list",
            description = "All addresses and ranges of pods and nodes, and whose they are.",
            footer = {"", "Example:", "  stentor ip list"})
    static final class ListAddresses extends ListCommand {
        @Override
        public Integer call() throws Failure {
            return show(Json.request("ip.list"), ListAddresses::table, "no addresses are known");
        }

        private static TextTable table(List<JsonNode> rows) {
            TextTable table = new TextTable("ADDRESS", "KIND", "IDENTITY", "NAME", "NODE");
            rows.forEach(row -> table.add(
                    cell(row, "address"),
                    cell(row, "kind"),
                    cell(row, "identity"),
                    cell(row, "name"),
                    cell(row, "node")));
            return table;
        }
    }
}
