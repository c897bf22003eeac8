package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.Map;

/// What controllers ask of pods, and how they make them.
final class Pods {

    private Pods() {}

    static boolean isDeleting(JsonNode object) {
        return object.path("metadata").has("deletionTimestamp");
    }

    static boolean hasEnded(JsonNode pod) {
        String phase = Json.text(pod, "status.phase");
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    /// Neither ended nor being deleted.
    static boolean isActive(JsonNode pod) {
        return !isDeleting(pod) && !hasEnded(pod);
    }

    static boolean isReady(JsonNode pod) {
        return readySince(pod) != null;
    }

    /// Ready for at least so long.
    static boolean isAvailable(JsonNode pod, long minReadySeconds, Instant now) {
        Instant since = readySince(pod);
        return since != null && !since.plusSeconds(minReadySeconds).isAfter(now);
    }

    private static @org.jspecify.annotations.Nullable Instant readySince(JsonNode pod) {
        for (JsonNode condition : Json.at(pod, "status.conditions")) {
            if (condition.path("type").asText().equals("Ready")
                    && condition.path("status").asText().equals("True")) {
                String since = condition.path("lastTransitionTime").asText("");
                return since.isEmpty()
                        ? Instant.EPOCH
                        : OffsetDateTime.parse(since).toInstant();
            }
        }
        return null;
    }

    static String nodeName(JsonNode pod) {
        return Json.text(pod, "spec.nodeName");
    }

    /// A pod of a template, owned by `owner`.
    static ObjectNode of(JsonNode template, JsonNode owner, Map<String, String> labels) {
        ObjectNode pod = Json.object().put("apiVersion", "v1").put("kind", "Pod");
        ObjectNode metadata = pod.putObject("metadata");
        metadata.put("namespace", Json.text(owner, "metadata.namespace"));
        metadata.put("generateName", Json.text(owner, "metadata.name") + "-");
        for (String field : new String[] {"labels", "annotations", "finalizers"}) {
            JsonNode value = template.path("metadata").path(field);
            if (!value.isEmpty()) {
                metadata.set(field, value.deepCopy());
            }
        }
        labels.forEach((key, value) -> Json.ensure(metadata, "labels").put(key, value));
        pod.set("spec", template.path("spec").deepCopy());
        Owners.control(pod, owner);
        return pod;
    }

    /// Those first that are missed least: unassigned, not running, not ready, young.
    static Comparator<ObjectNode> leastMissedFirst() {
        return Comparator.<ObjectNode, Boolean>comparing(pod -> !nodeName(pod).isEmpty())
                .thenComparing(pod -> Json.text(pod, "status.phase").equals("Running"))
                .thenComparing(Pods::isReady)
                .thenComparing(
                        (ObjectNode pod) -> Json.text(pod, "metadata.creationTimestamp"), Comparator.reverseOrder())
                .thenComparing(pod -> Json.text(pod, "metadata.name"));
    }

    /// Sets a condition; its transition time changes with its status alone.
    ///
    /// @return whether anything changed
    static boolean condition(ObjectNode status, String type, boolean value, String reason, String message) {
        ArrayNode conditions = status.withArray("conditions");
        String text = value ? "True" : "False";
        for (JsonNode each : conditions) {
            if (each instanceof ObjectNode condition
                    && condition.path("type").asText().equals(type)) {
                boolean turned = !condition.path("status").asText().equals(text);
                boolean same = !turned
                        && condition.path("reason").asText("").equals(reason)
                        && condition.path("message").asText("").equals(message);
                if (same) {
                    return false;
                }
                if (turned) {
                    condition.put("lastTransitionTime", now());
                }
                condition.put("status", text).put("reason", reason).put("message", message);
                return true;
            }
        }
        conditions
                .addObject()
                .put("type", type)
                .put("status", text)
                .put("lastTransitionTime", now())
                .put("reason", reason)
                .put("message", message);
        return true;
    }

    static String now() {
        return io.stentor.lab.api.Metadata.time(Instant.now());
    }
}
