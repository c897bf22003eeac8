package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;

/// A Service's ports as one pod has them: a target port may be a name, and names mean what each pod says.
final class ServicePorts {

    private ServicePorts() {}

    static ArrayNode of(JsonNode service, JsonNode pod) {
        ArrayNode ports = Json.array();
        for (JsonNode port : Json.at(service, "spec.ports")) {
            int number = resolve(port, pod);
            if (number == 0) {
                continue;
            }
            ObjectNode resolved = ports.addObject();
            resolved.put("name", port.path("name").asText(""));
            resolved.put("port", number).put("protocol", port.path("protocol").asText("TCP"));
            if (port.has("appProtocol")) {
                resolved.set("appProtocol", port.get("appProtocol"));
            }
        }
        return ports;
    }

    private static int resolve(JsonNode port, JsonNode pod) {
        JsonNode target = port.path("targetPort");
        if (target.isIntegralNumber()) {
            return target.asInt() == 0 ? port.path("port").asInt() : target.asInt();
        }
        if (target.asText("").isEmpty()) {
            return port.path("port").asInt();
        }
        for (JsonNode container : Json.at(pod, "spec.containers")) {
            for (JsonNode own : container.path("ports")) {
                boolean same = own.path("name").asText("").equals(target.asText())
                        && own.path("protocol")
                                .asText("TCP")
                                .equals(port.path("protocol").asText("TCP"));
                if (same) {
                    return own.path("containerPort").asInt();
                }
            }
        }
        return 0;
    }
}
