package io.stentor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// Rows in aligned columns, three blanks apart, under a line of titles. What is empty shows as `-`.
final class TextTable {
    private static final int GAP = 3;

    private final List<List<String>> lines = new ArrayList<>();

    TextTable(String... titles) {
        if (titles.length > 0) {
            lines.add(List.of(titles));
        }
    }

    /// The fields of all rows, in the order in which they first occur; the parts of an object each in a column.
    static TextTable of(List<JsonNode> rows) {
        Set<String> fields = new LinkedHashSet<>();
        rows.forEach(row -> collect(row, "", fields));
        TextTable table = new TextTable(fields.stream().map(TextTable::title).toArray(String[]::new));
        for (JsonNode row : rows) {
            table.add(fields.stream().map(field -> text(row.at(field))).toArray(String[]::new));
        }
        return table;
    }

    private static void collect(JsonNode node, String path, Set<String> fields) {
        node.properties().forEach(field -> {
            String name = path + "/" + field.getKey();
            if (field.getValue().isObject()) {
                collect(field.getValue(), name, fields);
            } else if (!field.getValue().isNull()) {
                fields.add(name);
            }
        });
    }

    /// `/desired/secondsLeft` becomes `DESIRED.SECONDS-LEFT`.
    private static String title(String path) {
        return path.substring(1)
                .replace('/', '.')
                .replaceAll("([a-z0-9])([A-Z])", "$1-$2")
                .toUpperCase(Locale.ROOT);
    }

    /// A value as a cell: arrays joined by commas, objects in them by their values.
    static String text(JsonNode value) {
        if (value.isContainerNode()) {
            return StreamSupport.stream(value.spliterator(), false)
                    .map(TextTable::text)
                    .collect(Collectors.joining(value.isArray() ? ", " : " "));
        }
        return value.isMissingNode() || value.isNull() ? "" : value.asText();
    }

    TextTable add(String... cells) {
        lines.add(List.of(cells));
        return this;
    }

    void print(PrintWriter out) {
        int[] widths = new int[lines.stream().mapToInt(List::size).max().orElse(0)];
        for (List<String> line : lines) {
            for (int i = 0; i < line.size(); i++) {
                widths[i] = Math.max(widths[i], shown(line.get(i)).length());
            }
        }
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < line.size(); i++) {
                String cell = shown(line.get(i));
                boolean last = i == line.size() - 1;
                text.append(cell).repeat(" ", last ? 0 : widths[i] - cell.length() + GAP);
            }
            out.println(text);
        }
    }

    private static String shown(String cell) {
        return cell.isEmpty() ? "-" : cell;
    }
}
