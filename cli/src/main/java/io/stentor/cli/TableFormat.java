package io.stentor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/// The option of commands that answer by tables, and by JSON to programs.
final class TableFormat {
    private enum Format {
        TABLE,
        JSON;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private Format format = Format.TABLE;

    boolean json() {
        return format == Format.JSON;
    }

    /// @param people writes the answer for them
    /// @return [ExitCode#FINE]
    int print(PrintWriter out, JsonNode answer, Consumer<PrintWriter> people) {
        if (json()) {
            out.println(Json.pretty(answer));
        } else {
            people.accept(out);
        }
        return ExitCode.FINE;
    }
}
