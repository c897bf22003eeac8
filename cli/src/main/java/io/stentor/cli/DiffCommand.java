package io.stentor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

@Command(
        name = "diff",
        description = "Where the maps in the kernel are not what the agent wants them to be.",
        footer = {"", "Shows nothing but a sentence when they are equal.", "", "Example:", "  stentor diff"})
final class DiffCommand extends ListCommand {

    @Override
    public Integer call() throws Failure {
        return show(Json.request("diff"), DiffCommand::table, "the kernel holds what it should");
    }

    private static TextTable table(List<JsonNode> rows) {
        TextTable table = new TextTable("MAP", "KEY", "DESIRED", "KERNEL");
        rows.forEach(row -> table.add(
                cell(row, "map"), fields(row.path("key")), fields(row.path("desired")), fields(row.path("kernel"))));
        return table;
    }

    private static String fields(JsonNode part) {
        return part instanceof ObjectNode object
                ? object.properties().stream()
                        .map(field -> field.getKey() + "=" + TextTable.text(field.getValue()))
                        .collect(Collectors.joining(" "))
                : "nothing";
    }
}
