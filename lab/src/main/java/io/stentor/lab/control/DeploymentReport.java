package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/// A Deployment's status: what `kubectl rollout status` and `wait` read.
final class DeploymentReport {

    private final ObjectApi api;
    private final Loop<ObjectName> loop;

    /// @param loop woken again when the deadline for progress comes
    DeploymentReport(ObjectApi api, Loop<ObjectName> loop) {
        this.api = api;
        this.loop = loop;
    }

    void write(ObjectNode deployment, Optional<ObjectNode> current, List<ObjectNode> sets) {
        int wanted = Json.at(deployment, "spec.replicas").asInt(1);
        int all = sum(sets, "status.replicas");
        int available = sum(sets, "status.availableReplicas");
        String uid = current.map(Owners::uid).orElse("");
        int updated =
                sum(sets.stream().filter(set -> Owners.uid(set).equals(uid)).toList(), "status.replicas");
        ObjectName name = ObjectName.of(deployment);
        ObjectNode next = deployment.deepCopy();
        ObjectNode status = Json.object();
        status.put(
                "observedGeneration", Json.at(deployment, "metadata.generation").asLong());
        ReplicaSets.put(status, "replicas", all);
        ReplicaSets.put(status, "updatedReplicas", updated);
        ReplicaSets.put(status, "readyReplicas", sum(sets, "status.readyReplicas"));
        ReplicaSets.put(status, "availableReplicas", available);
        ReplicaSets.put(status, "unavailableReplicas", Math.max(0, Math.max(wanted, all) - available));
        ArrayNode conditions =
                Json.at(deployment, "status.conditions") instanceof ArrayNode array ? array.deepCopy() : Json.array();
        status.set("conditions", conditions);
        int missing = Rollout.share(Json.at(deployment, "spec.strategy.rollingUpdate.maxUnavailable"), wanted, false);
        boolean enough = available >= wanted - missing;
        condition(
                status,
                "Available",
                enough,
                enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                enough ? "Deployment has minimum availability." : "Deployment does not have minimum availability.");
        boolean complete = updated == wanted && all == wanted && available == wanted;
        progress(
                name,
                deployment,
                status,
                complete,
                current.map(s -> Json.text(s, "metadata.name")).orElse(""));
        next.set("status", status);
        api.updateStatus(Resource.DEPLOYMENTS, next);
    }

    private static void condition(ObjectNode status, String type, boolean value, String reason, String message) {
        if (Pods.condition(status, type, value, reason, message)) {
            touch(status, type);
        }
    }

    private static void touch(ObjectNode status, String type) {
        for (ObjectNode condition : Json.objects(status.path("conditions"))) {
            if (condition.path("type").asText().equals(type)) {
                condition.put("lastUpdateTime", Pods.now());
            }
        }
    }

    private void progress(ObjectName name, ObjectNode deployment, ObjectNode status, boolean complete, String set) {
        String quoted = "ReplicaSet \"" + set + "\"";
        if (Json.at(deployment, "spec.paused").asBoolean()) {
            return;
        }
        if (complete) {
            String message = quoted + " has successfully progressed.";
            condition(status, "Progressing", true, "NewReplicaSetAvailable", message);
            return;
        }
        Duration deadline = Duration.ofSeconds(
                Json.at(deployment, "spec.progressDeadlineSeconds").asLong(600));
        boolean moved = !counts(status).equals(counts(Json.at(deployment, "status")));
        JsonNode before = find(deployment);
        String since = before.path("lastUpdateTime").asText("");
        boolean waiting =
                !moved && !since.isEmpty() && !before.path("reason").asText().equals("NewReplicaSetAvailable");
        Instant end = waiting
                ? OffsetDateTime.parse(since).toInstant().plus(deadline)
                : Instant.now().plus(deadline);
        if (waiting && !end.isAfter(Instant.now())) {
            String message = quoted + " has timed out progressing.";
            condition(status, "Progressing", false, "ProgressDeadlineExceeded", message);
            return;
        }
        condition(status, "Progressing", true, "ReplicaSetUpdated", quoted + " is progressing.");
        if (moved) {
            touch(status, "Progressing");
        }
        loop.wakeAfter(name, Duration.between(Instant.now(), end).plusSeconds(1));
    }

    private static JsonNode counts(JsonNode status) {
        ObjectNode counts = Json.object();
        for (String field :
                new String[] {"replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "observedGeneration"
                }) {
            counts.put(field, status.path(field).asLong(0));
        }
        return counts;
    }

    private static JsonNode find(JsonNode deployment) {
        for (JsonNode condition : Json.at(deployment, "status.conditions")) {
            if (condition.path("type").asText().equals("Progressing")) {
                return condition;
            }
        }
        return Json.object();
    }

    private static int sum(List<ObjectNode> sets, String path) {
        return sets.stream().mapToInt(set -> Json.at(set, path).asInt(0)).sum();
    }
}
