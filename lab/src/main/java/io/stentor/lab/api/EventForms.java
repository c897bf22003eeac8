package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// The two forms of an Event: that of the core group, in which events are kept, and that of `events.k8s.io`.
final class EventForms {

    /// Names in the core group and in the other.
    private static final List<List<String>> NAMES = List.of(
            List.of("involvedObject", "regarding"),
            List.of("message", "note"),
            List.of("reportingComponent", "reportingController"),
            List.of("source", "deprecatedSource"),
            List.of("firstTimestamp", "deprecatedFirstTimestamp"),
            List.of("lastTimestamp", "deprecatedLastTimestamp"),
            List.of("count", "deprecatedCount"));

    private EventForms() {}

    static ObjectNode ofCore(ObjectNode event) {
        return renamed(event, 0, 1);
    }

    static ObjectNode toCore(ObjectNode event) {
        return renamed(event, 1, 0);
    }

    private static ObjectNode renamed(ObjectNode event, int from, int to) {
        ObjectNode result = Json.object().setAll(event);
        for (List<String> names : NAMES) {
            if (event.has(names.get(from))) {
                result.set(names.get(to), event.get(names.get(from)));
                result.remove(names.get(from));
            }
        }
        return result;
    }
}
