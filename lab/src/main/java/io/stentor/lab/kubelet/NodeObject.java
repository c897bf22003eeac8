package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;
import io.stentor.lab.topology.Host;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A node as the API knows it. Pure.
final class NodeObject {

    private static final Set<String> OWN_CONDITIONS = Set.of("MemoryPressure", "DiskPressure", "PIDPressure", "Ready");

    private NodeObject() {}

    /// What the machine is, beside its addresses.
    ///
    /// @param info `nodeInfo`
    record Machine(int processors, long memoryBytes, Map<String, String> info) {}

    /// What a kubelet registers itself as.
    static ObjectNode registration(String name, String architecture, NodeTerms terms) {
        ObjectNode node = Json.object().put("apiVersion", "v1").put("kind", "Node");
        node.putObject("metadata")
                .put("name", name)
                .putObject("labels")
                .put("kubernetes.io/hostname", name)
                .put("kubernetes.io/os", "linux")
                .put("kubernetes.io/arch", architecture)
                .put("beta.kubernetes.io/os", "linux")
                .put("beta.kubernetes.io/arch", architecture)
                .setAll(terms.nodeLabels());
        ObjectNode spec = node.putObject("spec");
        ArrayNode taints = terms.taints();
        if (!taints.isEmpty()) {
            spec.set("taints", taints);
        }
        return node;
    }

    /// The node's status, with what others keep there left alone.
    ///
    /// @param before   the node as it is
    /// @param notReady why the node's network is not ready; nothing when it is
    static ObjectNode status(JsonNode before, Host host, Machine machine, Optional<String> notReady, Instant now) {
        ObjectNode status = before.path("status") instanceof ObjectNode old ? old.deepCopy() : Json.object();
        ObjectNode capacity = Json.object()
                .put("cpu", Integer.toString(machine.processors()))
                .put("memory", machine.memoryBytes() / 1024 + "Ki")
                .put("pods", "110");
        status.set("capacity", capacity);
        status.set("allocatable", capacity.deepCopy());
        ArrayNode addresses = status.putArray("addresses");
        host.addresses()
                .forEach(address ->
                        addresses.addObject().put("type", "InternalIP").put("address", address.toString()));
        addresses.addObject().put("type", "Hostname").put("address", host.name());
        ObjectNode info = status.putObject("nodeInfo");
        machine.info().forEach(info::put);
        status.set("conditions", conditions(before.path("status").path("conditions"), notReady, now));
        return status;
    }

    /// What the Ready condition says, "" if there is none.
    static String ready(JsonNode node) {
        for (JsonNode condition : node.path("status").path("conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                return condition.path("status").asText();
            }
        }
        return "";
    }

    private static ArrayNode conditions(JsonNode before, Optional<String> notReady, Instant now) {
        ArrayNode all = Json.array();
        for (JsonNode condition : before) {
            if (!OWN_CONDITIONS.contains(condition.path("type").asText())) {
                all.add(condition);
            }
        }
        for (List<String> pressure : List.of(
                List.of("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
                List.of("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                List.of("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"))) {
            all.add(condition(before, pressure.get(0), "False", pressure.get(1), pressure.get(2), now));
        }
        all.add(condition(
                before,
                "Ready",
                notReady.isEmpty() ? "True" : "False",
                notReady.isEmpty() ? "KubeletReady" : "KubeletNotReady",
                notReady.map(why -> "container runtime network not ready: NetworkReady=false"
                                + " reason:NetworkPluginNotReady message:Network plugin returns error: " + why)
                        .orElse("kubelet is posting ready status"),
                now));
        return all;
    }

    private static ObjectNode condition(
            JsonNode before, String type, String value, String reason, String message, Instant now) {
        String since = PodStatus.time(now);
        for (JsonNode old : before) {
            if (old.path("type").asText().equals(type)
                    && old.path("status").asText().equals(value)) {
                since = old.path("lastTransitionTime").asText(since);
            }
        }
        return Json.object()
                .put("type", type)
                .put("status", value)
                .put("lastHeartbeatTime", PodStatus.time(now))
                .put("lastTransitionTime", since)
                .put("reason", reason)
                .put("message", message);
    }
}
