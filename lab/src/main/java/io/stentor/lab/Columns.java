package io.stentor.lab;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Tables for people.
final class Columns {

    private Columns() {}

    /// Rows of as many cells as the first, each column as wide as its widest cell, lines ended.
    static String aligned(List<List<String>> rows) {
        int columns = rows.getFirst().size();
        int[] widths = IntStream.range(0, columns)
                .map(c ->
                        rows.stream().mapToInt(row -> row.get(c).length()).max().orElse(0))
                .toArray();
        return rows.stream()
                .map(row -> IntStream.range(0, columns)
                        .mapToObj(c ->
                                row.get(c) + " ".repeat(widths[c] - row.get(c).length()))
                        .collect(Collectors.joining("  "))
                        .stripTrailing())
                .collect(Collectors.joining("\n", "", "\n"));
    }
}
