package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.LabelSelector;
import java.util.List;
import java.util.Map;

/// Required affinity and anti-affinity between pods, by any topology key. (Preferences are not weighed.)
final class PodAffinity {

    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

    private final Map<String, ObjectNode> nodes;
    private final List<ObjectNode> placed;

    /// @param nodes  by name
    /// @param placed pods that have a node
    PodAffinity(Map<String, ObjectNode> nodes, List<ObjectNode> placed) {
        this.nodes = nodes;
        this.placed = placed;
    }

    boolean allows(JsonNode pod, JsonNode node) {
        for (JsonNode term : Json.at(pod, "spec.affinity.podAntiAffinity." + REQUIRED)) {
            if (placed.stream().anyMatch(other -> selects(term, pod, other) && near(term, other, node))) {
                return false;
            }
        }
        for (ObjectNode other : placed) {
            for (JsonNode term : Json.at(other, "spec.affinity.podAntiAffinity." + REQUIRED)) {
                if (selects(term, other, pod) && near(term, other, node)) {
                    return false;
                }
            }
        }
        for (JsonNode term : Json.at(pod, "spec.affinity.podAffinity." + REQUIRED)) {
            boolean met = placed.stream().anyMatch(other -> selects(term, pod, other) && near(term, other, node));
            // The first of pods that want to be together may begin anywhere.
            boolean first = selects(term, pod, pod) && placed.stream().noneMatch(other -> selects(term, pod, other));
            if (!met && !first) {
                return false;
            }
        }
        return true;
    }

    /// @param owner the pod whose term it is
    private static boolean selects(JsonNode term, JsonNode owner, JsonNode other) {
        String namespace = Json.text(other, "metadata.namespace");
        boolean within =
                term.path("namespaces").isEmpty() ? namespace.equals(Json.text(owner, "metadata.namespace")) : false;
        for (JsonNode each : term.path("namespaces")) {
            within |= each.asText().equals(namespace);
        }
        // An empty namespace selector means all; others would need the namespaces' labels.
        within |= term.path("namespaceSelector").isObject()
                && term.path("namespaceSelector").isEmpty();
        return within && LabelSelector.of(term.path("labelSelector")).matches(Json.at(other, "metadata.labels"));
    }

    private boolean near(JsonNode term, JsonNode other, JsonNode node) {
        String key = term.path("topologyKey").asText();
        ObjectNode its = nodes.get(Pods.nodeName(other));
        JsonNode here = Json.at(node, "metadata.labels").path(key);
        return its != null
                && here.isTextual()
                && here.equals(Json.at(its, "metadata.labels").path(key));
    }
}
