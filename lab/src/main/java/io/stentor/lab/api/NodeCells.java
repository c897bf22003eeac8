package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// A node's row.
final class NodeCells {

    private static final String ROLE = "node-role.kubernetes.io/";

    private NodeCells() {}

    static List<Object> of(JsonNode node) {
        TreeSet<String> roles = new TreeSet<>();
        for (var label : Json.at(node, "metadata.labels").properties()) {
            if (label.getKey().startsWith(ROLE)) {
                roles.add(label.getKey().substring(ROLE.length()));
            }
        }
        JsonNode info = Json.at(node, "status.nodeInfo");
        return List.of(
                Json.text(node, "metadata.name"),
                status(node),
                BuiltinCells.orNone(String.join(",", roles)),
                BuiltinCells.age(node),
                info.path("kubeletVersion").asText(""),
                address(node, "InternalIP"),
                address(node, "ExternalIP"),
                unknownIfEmpty(info.path("osImage").asText("")),
                unknownIfEmpty(info.path("kernelVersion").asText("")),
                unknownIfEmpty(info.path("containerRuntimeVersion").asText("")));
    }

    private static String status(JsonNode node) {
        List<String> words = new ArrayList<>();
        for (JsonNode condition : Json.at(node, "status.conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                words.add(condition.path("status").asText().equals("True") ? "Ready" : "NotReady");
            }
        }
        if (words.isEmpty()) {
            words.add("Unknown");
        }
        if (Json.at(node, "spec.unschedulable").asBoolean()) {
            words.add("SchedulingDisabled");
        }
        return String.join(",", words);
    }

    private static String address(JsonNode node, String type) {
        for (JsonNode address : Json.at(node, "status.addresses")) {
            if (address.path("type").asText().equals(type)) {
                return address.path("address").asText();
            }
        }
        return "<none>";
    }

    private static String unknownIfEmpty(String text) {
        return text.isEmpty() ? "<unknown>" : text;
    }
}
