package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.LabelSelector;
import java.util.List;
import java.util.Optional;

/// Whether a node takes a pod, by what the two say of each other.
final class NodeFit {

    private NodeFit() {}

    /// Why not, as the scheduler's message counts it; empty if it does.
    static Optional<String> objection(JsonNode pod, JsonNode node) {
        boolean closed = Json.at(node, "spec.unschedulable").asBoolean();
        JsonNode tolerations = Json.at(pod, "spec.tolerations");
        if (closed && !tolerates(tolerations, unschedulable())) {
            return Optional.of("node(s) were unschedulable");
        }
        for (JsonNode taint : Json.at(node, "spec.taints")) {
            boolean keepsOff = !taint.path("effect").asText().equals("PreferNoSchedule");
            if (keepsOff && !tolerates(tolerations, taint)) {
                return Optional.of(
                        "node(s) had untolerated taint {" + taint.path("key").asText() + ": "
                                + taint.path("value").asText("") + "}");
            }
        }
        return matchesSelectors(pod, node)
                ? Optional.empty()
                : Optional.of("node(s) didn't match Pod's node affinity/selector");
    }

    static ObjectNode unschedulable() {
        return Json.object().put("key", "node.kubernetes.io/unschedulable").put("effect", "NoSchedule");
    }

    static boolean tolerates(JsonNode tolerations, JsonNode taint) {
        for (JsonNode toleration : tolerations) {
            String effect = toleration.path("effect").asText("");
            String key = toleration.path("key").asText("");
            boolean exists = toleration.path("operator").asText("Equal").equals("Exists");
            boolean sameEffect =
                    effect.isEmpty() || effect.equals(taint.path("effect").asText());
            boolean sameKey =
                    key.isEmpty() ? exists : key.equals(taint.path("key").asText());
            boolean sameValue = exists
                    || toleration
                            .path("value")
                            .asText("")
                            .equals(taint.path("value").asText(""));
            if (sameEffect && sameKey && sameValue) {
                return true;
            }
        }
        return false;
    }

    /// `nodeSelector` and required node affinity.
    static boolean matchesSelectors(JsonNode pod, JsonNode node) {
        JsonNode labels = Json.at(node, "metadata.labels");
        JsonNode selector = Json.at(pod, "spec.nodeSelector");
        if (!selector.isEmpty() && !LabelSelector.ofMap(selector).matches(labels)) {
            return false;
        }
        JsonNode required = Json.at(pod, "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution");
        if (!required.isObject()) {
            return true;
        }
        JsonNode fields = Json.object().put("metadata.name", Json.text(node, "metadata.name"));
        for (JsonNode term : required.path("nodeSelectorTerms")) {
            boolean empty = term.path("matchExpressions").isEmpty()
                    && term.path("matchFields").isEmpty();
            if (!empty
                    && LabelSelector.ofExpressions(term.path("matchExpressions"))
                            .matches(labels)
                    && LabelSelector.ofExpressions(term.path("matchFields")).matches(fields)) {
                return true;
            }
        }
        return false;
    }

    /// Whether the pod's host ports are free beside those that are on the node already.
    static boolean hostPortsFree(JsonNode pod, List<ObjectNode> there) {
        for (ObjectNode other : there) {
            for (JsonNode mine : Json.at(pod, "spec.containers")) {
                for (JsonNode theirs : Json.at(other, "spec.containers")) {
                    if (clash(mine.path("ports"), theirs.path("ports"))) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private static boolean clash(JsonNode mine, JsonNode theirs) {
        for (JsonNode a : mine) {
            for (JsonNode b : theirs) {
                boolean same = a.path("hostPort").asInt(0) != 0
                        && a.path("hostPort").equals(b.path("hostPort"))
                        && a.path("protocol").equals(b.path("protocol"));
                String ip = a.path("hostIP").asText("");
                String other = b.path("hostIP").asText("");
                if (same && (ip.isEmpty() || other.isEmpty() || ip.equals(other))) {
                    return true;
                }
            }
        }
        return false;
    }
}
