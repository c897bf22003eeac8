package io.stentor.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.Mirror;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import java.util.List;
import java.util.Optional;

/// How the nodes are: what the cluster says of them, and what the lab knows of their agents.
///
/// @param known       the cluster's Nodes
/// @param ciliumNodes and what the network says of them, where it does
record LabStatus(Mirror known, Mirror ciliumNodes) {

    private static final Resource CILIUM_NODES = new Resource("cilium.io", "v2", "ciliumnodes");

    /// Follows the cluster for as long as the lab is.
    static LabStatus follow(ObjectApi api) {
        return new LabStatus(
                Mirror.start(api, Resource.NODES, Selection.ALL, _ -> {}),
                Mirror.start(api, CILIUM_NODES, Selection.ALL, _ -> {}));
    }

    ArrayNode nodes(List<LabNode> nodes) {
        ArrayNode all = Json.array();
        for (LabNode node : nodes) {
            String name = node.host().name();
            ObjectNode row = all.addObject().put("name", name);
            node.host().addresses().forEach(a -> row.withArray("addresses").add(a.toString()));
            ArrayNode ranges = row.putArray("podCIDRs");
            ranges.addAll(podCidrs(name));
            node.agentPid().ifPresentOrElse(pid -> row.put("agentPid", pid), () -> row.putNull("agentPid"));
            row.put("ready", ready(node));
        }
        return all;
    }

    /// Whether the node takes pods, and its agent says that it is well.
    boolean ready(LabNode node) {
        Optional<ObjectNode> object = known.get(new ObjectName("", node.host().name()));
        return node.isOn() && object.filter(LabStatus::takesPods).isPresent() && node.agentHealthy();
    }

    static boolean takesPods(JsonNode node) {
        for (JsonNode taint : node.path("spec").path("taints")) {
            if (taint.path("key").asText().equals("node.cilium.io/agent-not-ready")) {
                return false;
            }
        }
        for (JsonNode condition : node.path("status").path("conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
    }

    /// The node's ranges: those of its CiliumNode if it has any, else those of its Node.
    List<JsonNode> podCidrs(String name) {
        List<JsonNode> ranges = ranges(ciliumNodes, name, "spec.ipam.podCIDRs");
        return ranges.isEmpty() ? ranges(known, name, "spec.podCIDRs") : ranges;
    }

    private static List<JsonNode> ranges(Mirror objects, String name, String path) {
        return objects.get(new ObjectName("", name))
                .map(object -> Json.at(object, path).valueStream().toList())
                .orElse(List.of());
    }
}
