package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;

/// An event's row, of either API group.
final class EventCells {

    private EventCells() {}

    static List<Object> of(JsonNode event) {
        JsonNode about = event.path(event.has("regarding") ? "regarding" : "involvedObject");
        JsonNode source = event.path(event.has("deprecatedSource") ? "deprecatedSource" : "source");
        String first = either(event, "firstTimestamp", "deprecatedFirstTimestamp");
        String last = Json.text(event, "series.lastObservedTime");
        last = last.isEmpty() ? either(event, "lastTimestamp", "deprecatedLastTimestamp") : last;
        first = first.isEmpty() ? Json.text(event, "eventTime") : first;
        last = last.isEmpty() ? first : last;
        int count = Math.max(
                1,
                Math.max(
                        event.path("count").asInt(0),
                        Json.at(event, "series.count").asInt(0)));
        String component = source.path("component").asText(either(event, "reportingComponent", "reportingController"));
        String host = source.path("host").asText("");
        return List.of(
                Cells.age(last),
                Json.text(event, "type"),
                Json.text(event, "reason"),
                about.path("kind").asText().toLowerCase(Locale.ROOT) + "/"
                        + about.path("name").asText(),
                about.path("fieldPath").asText(""),
                host.isEmpty() ? component : component + ", " + host,
                either(event, "message", "note").strip(),
                Cells.age(first),
                count,
                Json.text(event, "metadata.name"));
    }

    private static String either(JsonNode event, String a, String b) {
        return event.path(a).asText(event.path(b).asText(""));
    }
}
