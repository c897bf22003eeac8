package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/// The cells of a table's row.
final class Cells {

    private Cells() {}

    static ArrayNode of(Kind kind, JsonNode object) {
        ArrayNode cells = Json.array();
        if (kind.isCustom()) {
            for (Kind.Column column : kind.columns()) {
                cells.add(custom(column, object));
            }
        } else {
            for (Object cell : BuiltinCells.of(kind, object)) {
                switch (cell) {
                    case Integer number -> cells.add(number);
                    case Boolean flag -> cells.add(flag);
                    default -> cells.add(cell.toString());
                }
            }
        }
        return cells;
    }

    private static JsonNode custom(Kind.Column column, JsonNode object) {
        List<JsonNode> found = JsonPath.find(object, column.jsonPath());
        if (found.isEmpty() || found.getFirst().isNull()) {
            return Json.object().nullNode();
        }
        JsonNode first = found.getFirst();
        return switch (column.type()) {
            case "integer", "number" -> first.isNumber() ? first : text(first.asText());
            case "boolean" -> first.isBoolean() ? first : text(first.asText());
            case "date" -> text(age(first.asText()));
            default -> {
                List<String> texts = new ArrayList<>();
                found.forEach(f -> texts.add(f.isContainerNode() ? f.toString() : f.asText()));
                yield text(String.join(",", texts));
            }
        };
    }

    private static JsonNode text(String text) {
        return Json.object().textNode(text);
    }

    /// How long ago, as kubectl says it; `<unknown>` for what is no time.
    static String age(String time) {
        if (time.isEmpty()) {
            return "<unknown>";
        }
        try {
            return human(Duration.between(OffsetDateTime.parse(time).toInstant(), Instant.now()));
        } catch (DateTimeException malformed) {
            return "<invalid>";
        }
    }

    /// Two units at most, and the second only where it says something.
    static String human(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < -1) {
            return "<invalid>";
        }
        if (seconds < 0) {
            return "0s";
        }
        if (seconds < 120) {
            return seconds + "s";
        }
        long minutes = seconds / 60;
        if (minutes < 10) {
            return seconds % 60 == 0 ? minutes + "m" : minutes + "m" + seconds % 60 + "s";
        }
        if (minutes < 180) {
            return minutes + "m";
        }
        long hours = minutes / 60;
        if (hours < 8) {
            return minutes % 60 == 0 ? hours + "h" : hours + "h" + minutes % 60 + "m";
        }
        if (hours < 48) {
            return hours + "h";
        }
        long days = hours / 24;
        if (days < 8) {
            return hours % 24 == 0 ? days + "d" : days + "d" + hours % 24 + "h";
        }
        if (days < 730) {
            return days + "d";
        }
        long years = days / 365;
        return years < 8 && days % 365 != 0 ? years + "y" + days % 365 + "d" : years + "y";
    }
}
