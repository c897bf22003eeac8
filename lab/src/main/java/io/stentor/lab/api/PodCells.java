package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/// A pod's row. Its status is the most telling of phase, reason and the states of its containers.
final class PodCells {

    private PodCells() {}

    static List<Object> of(JsonNode pod) {
        JsonNode statuses = Json.at(pod, "status.containerStatuses");
        int ready = 0;
        int restarts = 0;
        String lastRestart = "";
        for (JsonNode container : statuses) {
            ready += container.path("ready").asBoolean() ? 1 : 0;
            restarts += container.path("restartCount").asInt();
            String finished = Json.text(container, "lastState.terminated.finishedAt");
            lastRestart = finished.compareTo(lastRestart) > 0 ? finished : lastRestart;
        }
        String count = restarts > 0 && !lastRestart.isEmpty()
                ? restarts + " (" + Cells.age(lastRestart) + " ago)"
                : Integer.toString(restarts);
        return List.of(
                Json.text(pod, "metadata.name"),
                ready + "/" + Json.at(pod, "spec.containers").size(),
                status(pod),
                count,
                BuiltinCells.age(pod),
                BuiltinCells.orNone(Json.text(pod, "status.podIP")),
                BuiltinCells.orNone(Json.text(pod, "spec.nodeName")),
                BuiltinCells.orNone(Json.text(pod, "status.nominatedNodeName")),
                gates(pod));
    }

    private static String status(JsonNode pod) {
        String reason = Json.text(pod, "status.reason");
        if (pod.path("metadata").has("deletionTimestamp")) {
            return reason.equals("NodeLost") ? "Unknown" : "Terminating";
        }
        String shown = reason.isEmpty() ? Json.text(pod, "status.phase") : reason;
        for (JsonNode condition : Json.at(pod, "status.conditions")) {
            if (condition.path("type").asText().equals("PodScheduled")
                    && condition.path("reason").asText().equals("SchedulingGated")) {
                shown = "SchedulingGated";
            }
        }
        List<JsonNode> init = new ArrayList<>();
        Json.at(pod, "status.initContainerStatuses").forEach(init::add);
        for (int i = 0; i < init.size(); i++) {
            JsonNode state = init.get(i).path("state");
            JsonNode ended = state.path("terminated");
            if (ended.isObject() && ended.path("exitCode").asInt() == 0) {
                continue;
            }
            String waiting = state.path("waiting").path("reason").asText("");
            if (ended.isObject()) {
                return "Init:"
                        + ended.path("reason")
                                .asText("ExitCode:" + ended.path("exitCode").asInt());
            }
            return waiting.isEmpty() || waiting.equals("PodInitializing")
                    ? "Init:" + i + "/" + Json.at(pod, "spec.initContainers").size()
                    : "Init:" + waiting;
        }
        for (JsonNode container : Json.at(pod, "status.containerStatuses")) {
            JsonNode state = container.path("state");
            String waiting = state.path("waiting").path("reason").asText("");
            if (!waiting.isEmpty()) {
                shown = waiting;
            } else if (state.path("terminated").isObject()) {
                JsonNode ended = state.path("terminated");
                shown = ended.path("reason")
                        .asText("ExitCode:" + ended.path("exitCode").asInt());
            }
        }
        return shown;
    }

    private static String gates(JsonNode pod) {
        JsonNode gates = Json.at(pod, "spec.readinessGates");
        if (gates.isEmpty()) {
            return "<none>";
        }
        int met = 0;
        for (JsonNode gate : gates) {
            for (JsonNode condition : Json.at(pod, "status.conditions")) {
                boolean same = condition.path("type").equals(gate.path("conditionType"));
                met += same && condition.path("status").asText().equals("True") ? 1 : 0;
            }
        }
        return met + "/" + gates.size();
    }
}
