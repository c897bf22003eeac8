package io.stentor.agent.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.model.EndpointSlice;
import io.stentor.model.Protocol;
import io.stentor.model.Service;
import io.stentor.model.ServicePort;
import io.stentor.model.TrafficPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Services and what stands behind them as JSON. What a row does not have is left out of it, but for lists.
final class ServiceRows {
    private ServiceRows() {}

    static ObjectNode of(Service service) {
        ObjectNode json = Rows.object()
                .put("namespace", service.name().namespace())
                .put("name", service.name().name());
        Service.Reach reach = service.reach();
        put(json, "clusterIPs", reach.clusterIps());
        put(json, "externalIPs", reach.externalIps());
        put(json, "loadBalancerIPs", reach.balancerIps());
        ArrayNode ports = json.putArray("ports");
        for (ServicePort port : service.ports()) {
            ObjectNode row = port(port.port(), port.protocol(), port.name());
            put(row, "nodePort", port.nodePort());
            ports.add(row);
        }
        Service.Selection selection = service.selection();
        json.put("internalTrafficPolicy", text(selection.inside()))
                .put("externalTrafficPolicy", text(selection.outside()));
        put(json, "affinitySeconds", selection.affinitySeconds());
        put(json, "healthCheckNodePort", selection.healthCheckNodePort());
        if (!reach.sourceRanges().isEmpty()) {
            put(json, reach.rangesDeny() ? "deniedRanges" : "allowedRanges", reach.sourceRanges());
        }
        return json.put("created", service.created());
    }

    static ObjectNode of(EndpointSlice slice) {
        ObjectNode json = Rows.object()
                .put("namespace", slice.name().namespace())
                .put("name", slice.name().name())
                .put("service", slice.service().name());
        ArrayNode ports = json.putArray("ports");
        slice.ports().forEach(port -> ports.add(port(port.port(), port.protocol(), port.name())));
        ArrayNode backends = json.putArray("backends");
        for (EndpointSlice.Backend backend : slice.backends()) {
            ObjectNode row =
                    backends.addObject().put("address", backend.address().toString());
            row.put("conditions", conditions(backend));
            if (!backend.place().node().isEmpty()) {
                row.put("node", backend.place().node());
            }
            if (!backend.place().zones().isEmpty()) {
                put(row, "zones", backend.place().zones());
            }
        }
        return json;
    }

    private static ObjectNode port(int port, Protocol protocol, String name) {
        ObjectNode row = Rows.object().put("port", port).put("protocol", protocol.name());
        return name.isEmpty() ? row : row.put("name", name);
    }

    /// Those that hold.
    private static String conditions(EndpointSlice.Backend backend) {
        List<String> all = new ArrayList<>();
        if (backend.ready()) {
            all.add("ready");
        }
        if (backend.serving()) {
            all.add("serving");
        }
        if (backend.terminating()) {
            all.add("terminating");
        }
        return String.join("+", all);
    }

    /// As Kubernetes writes it: `Cluster`.
    private static String text(TrafficPolicy policy) {
        return policy.name().charAt(0) + policy.name().substring(1).toLowerCase(Locale.ROOT);
    }

    private static void put(ObjectNode json, String field, int value) {
        if (value != 0) {
            json.put(field, value);
        }
    }

    private static void put(ObjectNode json, String field, List<?> values) {
        ArrayNode texts = json.putArray(field);
        values.forEach(value -> texts.add(value.toString()));
    }
}
