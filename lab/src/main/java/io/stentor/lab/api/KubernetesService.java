package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.List;

/// The service `default/kubernetes`, by which pods find the API server, and its endpoints.
final class KubernetesService {

    private static final ObjectName NAME = new ObjectName("default", "kubernetes");

    private KubernetesService() {}

    static void publish(ObjectApi api, List<IpAddress> addresses, int port) {
        if (api.find(Resource.SERVICES, NAME).isEmpty()) {
            ObjectNode service = named();
            Json.ensure(service, "metadata.labels")
                    .put("component", "apiserver")
                    .put("provider", "kubernetes");
            ObjectNode spec = service.putObject("spec");
            spec.putArray("ports")
                    .addObject()
                    .put("name", "https")
                    .put("port", 443)
                    .put("targetPort", port);
            api.create(Resource.SERVICES, service);
        }
        ObjectNode endpoints = named();
        // The slices are written here, too.
        Json.ensure(endpoints, "metadata.labels").put("endpointslice.kubernetes.io/skip-mirror", "true");
        ObjectNode subset = endpoints.putArray("subsets").addObject();
        ArrayNode ips = subset.putArray("addresses");
        addresses.forEach(address -> ips.addObject().put("ip", address.toString()));
        subset.putArray("ports").add(port(port));
        put(api, Resource.ENDPOINTS, endpoints);
        for (Family family : Family.values()) {
            List<IpAddress> own =
                    addresses.stream().filter(a -> a.family() == family).toList();
            if (!own.isEmpty()) {
                put(api, Resource.ENDPOINT_SLICES, slice(family, own, port));
            }
        }
    }

    private static ObjectNode slice(Family family, List<IpAddress> addresses, int port) {
        ObjectNode slice = named();
        String name = NAME.name() + (family == Family.IPV4 ? "" : "-ipv6");
        Json.ensure(slice, "metadata").put("name", name);
        Json.ensure(slice, "metadata.labels").put("kubernetes.io/service-name", NAME.name());
        slice.put("addressType", family == Family.IPV4 ? "IPv4" : "IPv6");
        ArrayNode endpoints = slice.putArray("endpoints");
        for (IpAddress address : addresses) {
            ObjectNode endpoint = endpoints.addObject();
            endpoint.putArray("addresses").add(address.toString());
            endpoint.putObject("conditions").put("ready", true);
        }
        slice.putArray("ports").add(port(port));
        return slice;
    }

    private static ObjectNode port(int port) {
        return Json.object().put("name", "https").put("port", port).put("protocol", "TCP");
    }

    private static ObjectNode named() {
        ObjectNode object = Json.object();
        object.putObject("metadata").put("namespace", NAME.namespace()).put("name", NAME.name());
        return object;
    }

    private static void put(ObjectApi api, Resource resource, ObjectNode object) {
        if (api.find(resource, ObjectName.of(object)).isPresent()) {
            api.update(resource, object);
        } else {
            api.create(resource, object);
        }
    }
}
