package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;
import io.stentor.model.Family;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The subsets of a Service's Endpoints: pods by their ports, ready ones apart. One family: the service's first.
final class EndpointSubsets {

    private EndpointSubsets() {}

    static ArrayNode of(JsonNode service, List<ObjectNode> pods) {
        Family family = Json.at(service, "spec.ipFamilies").path(0).asText().equals("IPv6") ? Family.IPV6 : Family.IPV4;
        Map<ArrayNode, ObjectNode> byPorts = new LinkedHashMap<>();
        for (ObjectNode pod : pods) {
            Optional<String> ip = SlicePlan.address(pod, family);
            if (ip.isEmpty() || (Pods.isDeleting(pod) && !SlicePlan.publishesAll(service))) {
                continue;
            }
            ArrayNode ports = ServicePorts.of(service, pod);
            ObjectNode subset = byPorts.computeIfAbsent(ports, p -> Json.object());
            boolean ready = Pods.isReady(pod) || SlicePlan.publishesAll(service);
            ObjectNode address = subset.withArray(ready ? "addresses" : "notReadyAddresses")
                    .addObject()
                    .put("ip", ip.get());
            if (!Pods.nodeName(pod).isEmpty()) {
                address.put("nodeName", Pods.nodeName(pod));
            }
            address.set("targetRef", SlicePlan.reference(pod));
        }
        ArrayNode subsets = Json.array();
        byPorts.forEach((ports, subset) -> {
            ArrayNode named = subset.putArray("ports");
            for (ObjectNode port : Json.objects(ports)) {
                ObjectNode copy = port.deepCopy();
                if (copy.path("name").asText().isEmpty()) {
                    copy.remove("name");
                }
                named.add(copy);
            }
            subsets.add(subset);
        });
        return subsets;
    }
}
