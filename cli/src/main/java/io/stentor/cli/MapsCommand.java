package io.stentor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "maps",
        description =
                "What the datapath's maps hold in the kernel now, decoded; those included that the programs write.",
        subcommands = {MapsCommand.Balance.class, MapsCommand.Connections.class, MapsCommand.Masqueraded.class},
        footer = {
            "",
            "lb, ct and nat are maps joined, with names for numbers.",
            "",
            "Example:",
            "  stentor maps ct_answered"
        })
final class MapsCommand extends ListCommand {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "which map (default: says which there are)")
    private String name = "";

    @Override
    public Integer call() throws Failure {
        return show(Json.request("maps").put("name", name), TextTable::of, "the map is empty");
    }

    @Command(
            name = "lb",
            description = "Services: where each is reached, with the backends of its lists.",
            footer = {"", "Example:", "  stentor maps lb --service shop/web"})
    static final class Balance extends JoinedMapCommand {
        @Option(
                names = "--service",
                paramLabel = "NAMESPACE/NAME[:PORT]",
                defaultValue = "",
                description = "only this service's; PORT is its name")
        private String service = "";

        @Override
        public Integer call() throws Failure {
            return show("maps.lb", service, Balance::table);
        }

        private static TextTable table(List<JsonNode> rows) {
            TextTable table = new TextTable("ID", "FRONTEND", "SERVICE", "INSIDE", "OUTSIDE", "AFFINITY", "FLAGS");
            rows.forEach(row -> table.add(
                    cell(row, "id"),
                    cell(row, "frontend") + "/" + cell(row, "protocol"),
                    cell(row, "service"),
                    cell(row, "inside"),
                    cell(row, "outside"),
                    row.path("affinitySeconds").asLong() == 0 ? "" : cell(row, "affinitySeconds") + " s",
                    cell(row, "flags")));
            return table;
        }
    }

    @Command(
            name = "ct",
            description = "Connections: who began, with whom, how far they are and how long they live.",
            footer = {"", "Example:", "  stentor maps ct --address 10.0.1.5 --limit 20"})
    static final class Connections extends JoinedMapCommand {
        @Option(
                names = "--service",
                paramLabel = "NAMESPACE/NAME[:PORT]",
                defaultValue = "",
                description = "only connections to this service; PORT is its name")
        private String service = "";

        @Override
        public Integer call() throws Failure {
            return show("maps.ct", service, Connections::table);
        }

        private static TextTable table(List<JsonNode> rows) {
            TextTable table = new TextTable(
                    "PROTOCOL", "SCOPE", "FROM", "TO", "STATE", "SERVICE", "PEER", "NAT-PORT", "ENDPOINT", "SECONDS");
            rows.forEach(row -> table.add(
                    cell(row, "protocol"),
                    cell(row, "scope"),
                    named(row, "source"),
                    named(row, "destination"),
                    cell(row, "state"),
                    cell(row, "service"),
                    cell(row, "peer"),
                    row.path("natPort").asInt() == 0 ? "" : cell(row, "natPort"),
                    cell(row, "endpoint"),
                    cell(row, "secondsLeft")));
            return table;
        }
    }

    @Command(
            name = "nat",
            description = "Connections that leave under the node's address.",
            footer = {"", "Example:", "  stentor maps nat --protocol tcp"})
    static final class Masqueraded extends JoinedMapCommand {
        @Override
        public Integer call() throws Failure {
            return show("maps.nat", "", Masqueraded::table);
        }

        private static TextTable table(List<JsonNode> rows) {
            TextTable table = new TextTable("PROTOCOL", "FROM", "AS", "TO", "CONNECTION", "SECONDS", "TABLE");
            rows.forEach(row -> table.add(
                    cell(row, "protocol"),
                    named(row, "source"),
                    cell(row, "as"),
                    named(row, "remote"),
                    cell(row, "connection"),
                    cell(row, "secondsLeft"),
                    cell(row, "table")));
            return table;
        }
    }
}
