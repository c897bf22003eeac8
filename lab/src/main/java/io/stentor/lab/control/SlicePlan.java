package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectName;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The EndpointSlices that a Service should have: one per family and set of ports, at most 100 endpoints each.
final class SlicePlan {

    private static final int MAX_ENDPOINTS = 100;

    private final ObjectNode service;
    private final List<ObjectNode> pods;
    private final Map<String, JsonNode> zones;

    /// @param pods  those that the service selects, without those that have ended
    /// @param zones of nodes, by their names
    SlicePlan(ObjectNode service, List<ObjectNode> pods, Map<String, JsonNode> zones) {
        this.service = service;
        this.pods = pods;
        this.zones = zones;
    }

    List<ObjectNode> slices() {
        List<ObjectNode> slices = new ArrayList<>();
        for (JsonNode name : Json.at(service, "spec.ipFamilies")) {
            Family family = name.asText().equals("IPv6") ? Family.IPV6 : Family.IPV4;
            Map<ArrayNode, List<ObjectNode>> byPorts = new LinkedHashMap<>();
            for (ObjectNode pod : pods) {
                address(pod, family)
                        .ifPresent(address -> byPorts.computeIfAbsent(
                                        ServicePorts.of(service, pod), p -> new ArrayList<>())
                                .add(endpoint(pod, address)));
            }
            if (byPorts.isEmpty()) {
                byPorts.put(Json.array(), List.of());
            }
            byPorts.forEach((ports, endpoints) -> {
                for (int from = 0; from == 0 || from < endpoints.size(); from += MAX_ENDPOINTS) {
                    int to = Math.min(endpoints.size(), from + MAX_ENDPOINTS);
                    slices.add(slice(name.asText(), ports, endpoints.subList(from, to)));
                }
            });
        }
        return slices;
    }

    private static ObjectNode slice(String addressType, ArrayNode ports, List<ObjectNode> endpoints) {
        ObjectNode slice = Json.object().put("addressType", addressType);
        slice.putArray("endpoints").addAll(endpoints);
        slice.set("ports", ports.deepCopy());
        return slice;
    }

    static Optional<String> address(JsonNode pod, Family family) {
        for (JsonNode ip : Json.at(pod, "status.podIPs")) {
            String text = ip.path("ip").asText();
            if (IpAddress.parse(text).filter(a -> a.family() == family).isPresent()) {
                return Optional.of(text);
            }
        }
        String only = Json.text(pod, "status.podIP");
        return IpAddress.parse(only).filter(a -> a.family() == family).map(a -> only);
    }

    private ObjectNode endpoint(ObjectNode pod, String address) {
        ObjectNode endpoint = Json.object();
        endpoint.putArray("addresses").add(address);
        boolean serving = Pods.isReady(pod) || publishesAll(service);
        boolean terminating = Pods.isDeleting(pod);
        endpoint.putObject("conditions")
                .put("ready", publishesAll(service) || (serving && !terminating))
                .put("serving", serving)
                .put("terminating", terminating);
        String hostname = Json.text(pod, "spec.hostname");
        boolean named = Json.text(pod, "spec.subdomain").equals(Json.text(service, "metadata.name"));
        if (named && !hostname.isEmpty()) {
            endpoint.put("hostname", hostname);
        }
        String node = Pods.nodeName(pod);
        if (!node.isEmpty()) {
            endpoint.put("nodeName", node);
        }
        JsonNode zone = zones.get(node);
        if (zone != null && zone.isTextual()) {
            endpoint.set("zone", zone);
        }
        endpoint.set("targetRef", reference(pod));
        return endpoint;
    }

    static boolean publishesAll(JsonNode service) {
        return Json.at(service, "spec.publishNotReadyAddresses").asBoolean();
    }

    static ObjectNode reference(ObjectNode pod) {
        ObjectName name = ObjectName.of(pod);
        return Json.object()
                .put("kind", "Pod")
                .put("namespace", name.namespace())
                .put("name", name.name())
                .put("uid", Owners.uid(pod));
    }
}
