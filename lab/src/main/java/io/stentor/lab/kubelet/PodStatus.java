package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;
import io.stentor.lab.kubelet.ContainerState.Running;
import io.stentor.lab.kubelet.ContainerState.Terminated;
import io.stentor.lab.kubelet.ContainerState.Waiting;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;

/// A pod's `status`, from what its node knows. Pure: the same facts give the same status, times of transitions that did
/// not happen included.
///
/// @param startedAt  when the node took the pod
/// @param hostIps    of the node
/// @param podIps     of the pod, IPv4 first; empty as long as it has no network
/// @param containers in the order of the spec
/// @param now        for conditions that change
record PodStatus(
        Instant startedAt, List<String> hostIps, List<String> podIps, List<ContainerView> containers, Instant now) {

    /// In the order in which they are listed.
    private static final Set<String> OWN_CONDITIONS =
            Set.of("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady");

    /// What the pod's status is to be.
    ///
    /// @param pod as it is; conditions that are not the node's are kept
    ObjectNode of(JsonNode pod) {
        ObjectNode status = Json.object();
        status.put("phase", phase(RestartPolicy.of(pod)));
        status.set("conditions", conditions(pod));
        put(status, "hostIP", hostIps);
        put(status, "podIP", podIps);
        status.put("startTime", time(startedAt));
        ArrayNode list = status.putArray("containerStatuses");
        for (int i = 0; i < containers.size(); i++) {
            list.add(container(
                    containers.get(i), pod.path("spec").path("containers").path(i)));
        }
        // Given by the server at creation, and not to be changed.
        status.put(
                "qosClass",
                Json.text(pod, "status.qosClass").isEmpty() ? "BestEffort" : Json.text(pod, "status.qosClass"));
        return status;
    }

    private static void put(ObjectNode status, String key, List<String> addresses) {
        if (!addresses.isEmpty()) {
            status.put(key, addresses.getFirst());
            ArrayNode all = status.putArray(key + "s");
            addresses.forEach(address -> all.addObject().put("ip", address));
        }
    }

    /// Kubernetes' five words.
    String phase(RestartPolicy policy) {
        boolean allEnded = !containers.isEmpty()
                && containers.stream()
                        .allMatch(c -> c.state() instanceof Terminated t && !policy.restarts(t.exitCode()));
        if (allEnded) {
            boolean failed = containers.stream().anyMatch(c -> c.state() instanceof Terminated t && t.exitCode() != 0);
            return failed ? "Failed" : "Succeeded";
        }
        boolean neverStarted = containers.stream()
                .anyMatch(c -> c.state() instanceof Waiting && c.last().isEmpty());
        return neverStarted || podIps.isEmpty() ? "Pending" : "Running";
    }

    private boolean ready() {
        return !containers.isEmpty()
                && containers.stream().allMatch(c -> c.probes().ready());
    }

    private ArrayNode conditions(JsonNode pod) {
        ArrayNode all = Json.array();
        JsonNode before = pod.path("status").path("conditions");
        String phase = phase(RestartPolicy.of(pod));
        boolean completed = phase.equals("Succeeded");
        all.add(condition(before, "PodReadyToStartContainers", !podIps.isEmpty(), "", ""));
        all.add(condition(before, "Initialized", true, completed ? "PodCompleted" : "", ""));
        boolean ready = ready();
        String reason = ready ? "" : completed ? "PodCompleted" : "ContainersNotReady";
        String message = ready || completed ? "" : unready();
        all.add(condition(before, "Ready", ready, reason, message));
        all.add(condition(before, "ContainersReady", ready, reason, message));
        for (JsonNode other : before) {
            if (!OWN_CONDITIONS.contains(other.path("type").asText())) {
                all.add(other);
            }
        }
        return all;
    }

    private String unready() {
        List<String> names = containers.stream()
                .filter(c -> !c.probes().ready())
                .map(ContainerView::name)
                .toList();
        return "containers with unready status: [" + String.join(" ", names) + "]";
    }

    private ObjectNode condition(JsonNode before, String type, boolean holds, String reason, String message) {
        String value = holds ? "True" : "False";
        String since = time(now);
        for (JsonNode old : before) {
            if (old.path("type").asText().equals(type)
                    && old.path("status").asText().equals(value)) {
                since = old.path("lastTransitionTime").asText(since);
            }
        }
        ObjectNode condition = Json.object().put("type", type).put("status", value);
        condition.putNull("lastProbeTime").put("lastTransitionTime", since);
        if (!reason.isEmpty()) {
            condition.put("reason", reason);
        }
        if (!message.isEmpty()) {
            condition.put("message", message);
        }
        return condition;
    }

    private static ObjectNode container(ContainerView view, JsonNode spec) {
        ObjectNode status = Json.object().put("name", view.name());
        status.set("state", state(view.state(), id(view)));
        ObjectNode last = status.putObject("lastState");
        view.last().ifPresent(ended -> last.setAll(state(ended, id(view))));
        status.put("ready", view.probes().ready())
                .put("started", view.probes().started())
                .put("restartCount", view.restarts())
                .put("image", spec.path("image").asText(""))
                .put("imageID", "");
        if (view.state() instanceof Running) {
            status.put("containerID", id(view));
        }
        return status;
    }

    private static String id(ContainerView view) {
        return "stentor-lab://" + view.name() + "-" + view.restarts();
    }

    private static ObjectNode state(ContainerState state, String id) {
        ObjectNode json = Json.object();
        switch (state) {
            case Waiting waiting -> {
                ObjectNode inner = json.putObject("waiting").put("reason", waiting.reason());
                if (!waiting.message().isEmpty()) {
                    inner.put("message", waiting.message());
                }
            }
            case Running running -> json.putObject("running").put("startedAt", time(running.since()));
            case Terminated ended ->
                json.putObject("terminated")
                        .put("exitCode", ended.exitCode())
                        .put("reason", ended.reason())
                        .put("startedAt", time(ended.since()))
                        .put("finishedAt", time(ended.until()))
                        .put("containerID", id);
        }
        return json;
    }

    static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
