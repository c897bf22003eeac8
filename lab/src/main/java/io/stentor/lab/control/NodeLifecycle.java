package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.DeleteOptions;
import io.stentor.lab.api.Events;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Watches nodes' Leases: a silent node is not ready, is tainted, loses its pods' readiness and in the end its pods.
final class NodeLifecycle implements Controller {

    private static final String NOT_READY = "node.kubernetes.io/not-ready";
    private static final String UNREACHABLE = "node.kubernetes.io/unreachable";
    private static final String UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

    private final ObjectApi api;
    private final Duration grace;
    private final Events events;
    private final Loop<ObjectName> loop = new Loop<>("nodes", this::reconcile);

    NodeLifecycle(ObjectApi api, Duration grace) {
        this.api = api;
        this.grace = grace;
        this.events = new Events(api, "node-controller", "");
    }

    @Override
    public Loop<ObjectName> loop() {
        return loop;
    }

    @Override
    public void changed(Resource resource, ObjectName name) {
        if (resource.equals(Resource.NODES)) {
            loop.wake(name);
        } else if (resource.equals(Resource.PODS)) {
            api.find(Resource.PODS, name)
                    .map(Pods::nodeName)
                    .filter(node -> !node.isEmpty())
                    .ifPresent(node -> loop.wakeAfter(new ObjectName("", node), Duration.ofMillis(100)));
        }
    }

    private void reconcile(ObjectName name) {
        Optional<ObjectNode> found = api.find(Resource.NODES, name);
        if (found.isEmpty()) {
            // Nobody is left to say that these have ended.
            pods(name).forEach(pod -> delete(pod, DeleteOptions.now(Owners.uid(pod))));
            return;
        }
        ObjectNode node = found.get();
        if (isSilent(node) && !ready(node).equals("Unknown")) {
            node = markUnknown(node);
        }
        node = taint(node);
        if (!ready(node).equals("True")) {
            pods(name).forEach(this::markNotReady);
        }
        evict(node);
        loop.wakeAfter(name, LOOK_AGAIN);
    }

    private List<ObjectNode> pods(ObjectName node) {
        return api.list(Resource.PODS, Selection.withField("spec.nodeName", node.name()))
                .items();
    }

    /// A node without a Lease has not begun to send signs, and is not missed.
    private boolean isSilent(ObjectNode node) {
        ObjectName lease = new ObjectName("kube-node-lease", Json.text(node, "metadata.name"));
        return api.find(Resource.LEASES, lease)
                .map(found -> Json.text(found, "spec.renewTime"))
                .filter(time -> !time.isEmpty())
                .map(time -> OffsetDateTime.parse(time).toInstant().plus(grace).isBefore(Instant.now()))
                .orElse(false);
    }

    private static String ready(JsonNode node) {
        for (JsonNode condition : Json.at(node, "status.conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                return condition.path("status").asText();
            }
        }
        return "False";
    }

    private ObjectNode markUnknown(ObjectNode node) {
        ObjectNode next = node.deepCopy();
        for (ObjectNode condition : Json.objects(Json.at(next, "status.conditions"))) {
            condition
                    .put("status", "Unknown")
                    .put("reason", "NodeStatusUnknown")
                    .put("message", "Kubelet stopped posting node status.")
                    .put("lastTransitionTime", Pods.now());
        }
        events.normal(
                node, "NodeNotReady", "Node " + Json.text(node, "metadata.name") + " status is now: NodeNotReady");
        return api.updateStatus(Resource.NODES, next);
    }

    /// Sets the taints that follow from the node's condition, and no others.
    private ObjectNode taint(ObjectNode node) {
        String ready = ready(node);
        List<JsonNode> wanted = new ArrayList<>();
        for (JsonNode taint : Json.at(node, "spec.taints")) {
            String key = taint.path("key").asText();
            boolean ours = key.equals(NOT_READY) || key.equals(UNREACHABLE) || key.equals(UNSCHEDULABLE);
            if (!ours || keep(key, taint.path("effect").asText(), node, ready)) {
                wanted.add(taint);
            }
        }
        for (String key : List.of(NOT_READY, UNREACHABLE, UNSCHEDULABLE)) {
            for (String effect : List.of("NoSchedule", "NoExecute")) {
                boolean there = wanted.stream()
                        .anyMatch(t -> t.path("key").asText().equals(key)
                                && t.path("effect").asText().equals(effect));
                if (!there && keep(key, effect, node, ready)) {
                    ObjectNode taint = Json.object().put("key", key).put("effect", effect);
                    wanted.add(taint.put("timeAdded", Pods.now()));
                }
            }
        }
        ArrayNode taints = Json.array().addAll(wanted);
        JsonNode present = Json.at(node, "spec.taints");
        if (present.equals(taints) || (present.isMissingNode() && taints.isEmpty())) {
            return node;
        }
        ObjectNode next = node.deepCopy();
        Json.ensure(next, "spec").set("taints", taints);
        return api.update(Resource.NODES, next);
    }

    private static boolean keep(String key, String effect, JsonNode node, String ready) {
        return switch (key) {
            case NOT_READY -> ready.equals("False");
            case UNREACHABLE -> ready.equals("Unknown");
            default ->
                effect.equals("NoSchedule")
                        && Json.at(node, "spec.unschedulable").asBoolean();
        };
    }

    private void markNotReady(ObjectNode pod) {
        if (Pods.isReady(pod)) {
            ObjectNode next = pod.deepCopy();
            Pods.condition(Json.ensure(next, "status"), "Ready", false, "NodeNotReady", "the node is not ready");
            try {
                api.updateStatus(Resource.PODS, next);
            } catch (ApiException changed) {
                if (!changed.isConflict() && !changed.isNotFound()) {
                    throw changed;
                }
            }
        }
    }

    /// Deletes pods that do not tolerate a NoExecute taint, or no longer do.
    private void evict(ObjectNode node) {
        for (ObjectNode pod : pods(ObjectName.of(node))) {
            for (JsonNode taint : Json.at(node, "spec.taints")) {
                if (taint.path("effect").asText().equals("NoExecute") && Pods.isActive(pod)) {
                    OptionalLong seconds = toleratedSeconds(pod, taint);
                    String added = taint.path("timeAdded").asText("");
                    Instant since = added.isEmpty()
                            ? Instant.EPOCH
                            : OffsetDateTime.parse(added).toInstant();
                    if (seconds.isPresent()
                            && !since.plusSeconds(seconds.getAsLong()).isAfter(Instant.now())) {
                        events.normal(pod, "TaintManagerEviction", "Marking for deletion Pod " + ObjectName.of(pod));
                        delete(pod, DeleteOptions.DEFAULT);
                        break;
                    }
                }
            }
        }
    }

    /// How long the pod stays after the taint came; empty for ever.
    private static OptionalLong toleratedSeconds(JsonNode pod, JsonNode taint) {
        long least = Long.MAX_VALUE;
        boolean tolerated = false;
        for (JsonNode toleration : Json.at(pod, "spec.tolerations")) {
            if (NodeFit.tolerates(Json.array().add(toleration), taint)) {
                tolerated = true;
                if (toleration.has("tolerationSeconds")) {
                    least = Math.min(
                            least,
                            Math.max(0, toleration.path("tolerationSeconds").asLong()));
                }
            }
        }
        if (!tolerated) {
            return OptionalLong.of(0);
        }
        return least == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(least);
    }

    private void delete(ObjectNode pod, DeleteOptions options) {
        try {
            api.delete(Resource.PODS, ObjectName.of(pod), options);
        } catch (ApiException gone) {
            if (!gone.isNotFound() && !gone.isConflict()) {
                throw gone;
            }
        }
    }
}
