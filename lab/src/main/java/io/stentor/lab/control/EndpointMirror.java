package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The EndpointSlices that say what hand-written Endpoints say, for a Service without a selector: one per subset and
/// family.
final class EndpointMirror {

    private EndpointMirror() {}

    static List<ObjectNode> slices(JsonNode endpoints) {
        List<ObjectNode> slices = new ArrayList<>();
        for (JsonNode subset : endpoints.path("subsets")) {
            for (Family family : Family.values()) {
                List<ObjectNode> all = new ArrayList<>();
                subset.path("addresses").forEach(a -> endpoint(a, family, true).ifPresent(all::add));
                subset.path("notReadyAddresses")
                        .forEach(a -> endpoint(a, family, false).ifPresent(all::add));
                if (!all.isEmpty()) {
                    slices.add(slice(subset, family, all));
                }
            }
        }
        return slices;
    }

    private static ObjectNode slice(JsonNode subset, Family family, List<ObjectNode> all) {
        ObjectNode slice = Json.object().put("addressType", family == Family.IPV4 ? "IPv4" : "IPv6");
        slice.putArray("endpoints").addAll(all);
        slice.putArray("ports");
        for (ObjectNode port : Json.objects(subset.path("ports"))) {
            ObjectNode copy = port.deepCopy();
            copy.put("name", port.path("name").asText(""))
                    .put("protocol", port.path("protocol").asText("TCP"));
            slice.withArray("ports").add(copy);
        }
        return slice;
    }

    private static Optional<ObjectNode> endpoint(JsonNode address, Family family, boolean ready) {
        String ip = address.path("ip").asText();
        if (IpAddress.parse(ip).filter(a -> a.family() == family).isEmpty()) {
            return Optional.empty();
        }
        ObjectNode endpoint = Json.object();
        endpoint.putArray("addresses").add(ip);
        endpoint.putObject("conditions").put("ready", ready);
        for (String field : new String[] {"hostname", "nodeName", "targetRef"}) {
            if (address.has(field)) {
                endpoint.set(field, address.get(field).deepCopy());
            }
        }
        return Optional.of(endpoint);
    }
}
