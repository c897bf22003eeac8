package io.stentor.cli;

import java.util.Locale;
import picocli.CommandLine.Option;

/// How a command writes what it found: for people, or as JSON for programs.
final class ReportFormat {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private Format format = Format.TEXT;

    private enum Format {
        TEXT,
        JSON;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    boolean json() {
        return format == Format.JSON;
    }
}
