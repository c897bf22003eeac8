package io.stentor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Mixin;

/// A command whose answer is rows: a table for people, an array for programs.
abstract class ListCommand extends AgentCommand {
    @Mixin
    private TableFormat format = new TableFormat();

    /// Asks and shows.
    ///
    /// @param table what people see of the rows
    /// @param none  what they see when there are none
    final int show(ObjectNode request, Function<List<JsonNode>, TextTable> table, String none) throws Failure {
        if (format.json()) {
            boolean[] first = {true};
            JsonNode end = agent().ask(request, row -> {
                out().append(first[0] ? "[" : ",\n ").append(Json.text(row));
                first[0] = false;
                return !out().checkError();
            });
            out().println(first[0] ? "[]" : "]");
            tellLeft(end);
            return ExitCode.FINE;
        }
        List<JsonNode> rows = new ArrayList<>();
        JsonNode end = agent().ask(request, rows::add);
        if (rows.isEmpty()) {
            err().println(none);
        } else {
            table.apply(rows).print(out());
        }
        tellLeft(end);
        return ExitCode.FINE;
    }

    private void tellLeft(JsonNode end) {
        long left = end.path("left").asLong();
        if (left > 0) {
            err().println(left + " more are not shown; --limit 0 shows all");
        }
    }

    /// A field of a row as a cell.
    static String cell(JsonNode row, String field) {
        return TextTable.text(row.path(field));
    }
}
