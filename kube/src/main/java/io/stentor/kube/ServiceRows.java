package io.stentor.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.model.Cidr;
import io.stentor.model.EndpointSlice;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Protocol;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.ServicePort;
import io.stentor.model.SliceName;
import io.stentor.model.TrafficPolicy;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/// Services and slices in the snapshot.
final class ServiceRows {

    private ServiceRows() {}

    static ObjectNode json(Service service) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("namespace", service.name().namespace())
                .put("name", service.name().name())
                .put("created", service.created());
        ArrayNode ports = json.putArray("ports");
        service.ports()
                .forEach(port -> ports.addObject()
                        .put("name", port.name())
                        .put("protocol", port.protocol().name())
                        .put("port", port.port())
                        .put("nodePort", port.nodePort()));
        Service.Reach reach = service.reach();
        put(json, "clusterIPs", reach.clusterIps());
        put(json, "externalIPs", reach.externalIps());
        put(json, "balancerIPs", reach.balancerIps());
        put(json, "sourceRanges", reach.sourceRanges());
        Service.Selection selection = service.selection();
        put(
                json,
                "nodePortFamilies",
                reach.atNodes().nodePorts().stream().sorted().toList());
        put(json, "hostIPs", reach.atNodes().hostIps());
        return json.put("rangesDeny", reach.rangesDeny())
                .put("inside", selection.inside().name())
                .put("outside", selection.outside().name())
                .put("affinitySeconds", selection.affinitySeconds())
                .put("healthCheckNodePort", selection.healthCheckNodePort());
    }

    static Service service(JsonNode json) {
        return new Service(
                new ServiceName(text(json, "namespace"), text(json, "name")),
                text(json, "created"),
                list(json.path("ports"), ServiceRows::servicePort),
                new Service.Reach(
                        addresses(json, "clusterIPs"),
                        addresses(json, "externalIPs"),
                        addresses(json, "balancerIPs"),
                        new Service.AtNodes(
                                Set.copyOf(list(json.path("nodePortFamilies"), ServiceRows::family)),
                                addresses(json, "hostIPs")),
                        new Service.Clients(
                                list(json.path("sourceRanges"), range -> Cidr.of(range.asText())),
                                json.path("rangesDeny").asBoolean())),
                new Service.Selection(
                        TrafficPolicy.valueOf(text(json, "inside")),
                        TrafficPolicy.valueOf(text(json, "outside")),
                        json.path("affinitySeconds").asInt(),
                        json.path("healthCheckNodePort").asInt()));
    }

    private static Family family(JsonNode json) {
        return Family.valueOf(json.asText());
    }

    private static ServicePort servicePort(JsonNode json) {
        return new ServicePort(
                text(json, "name"),
                Protocol.valueOf(text(json, "protocol")),
                json.path("port").asInt(),
                json.path("nodePort").asInt());
    }

    static ObjectNode json(EndpointSlice slice) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("namespace", slice.name().namespace())
                .put("name", slice.name().name())
                .put("service", slice.service().name());
        ArrayNode ports = json.putArray("ports");
        slice.ports()
                .forEach(port -> ports.addObject()
                        .put("name", port.name())
                        .put("protocol", port.protocol().name())
                        .put("port", port.port()));
        ArrayNode backends = json.putArray("backends");
        slice.backends().forEach(backend -> backends.add(json(backend)));
        return json;
    }

    private static ObjectNode json(EndpointSlice.Backend backend) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("address", backend.address().toString())
                .put("ready", backend.ready())
                .put("serving", backend.serving())
                .put("terminating", backend.terminating())
                .put("node", backend.place().node());
        put(json, "zones", backend.place().zones());
        return json;
    }

    static EndpointSlice slice(JsonNode json) {
        String namespace = text(json, "namespace");
        return new EndpointSlice(
                new SliceName(namespace, text(json, "name")),
                new ServiceName(namespace, text(json, "service")),
                list(json.path("ports"), ServiceRows::slicePort),
                list(json.path("backends"), ServiceRows::backend));
    }

    private static EndpointSlice.Port slicePort(JsonNode json) {
        return new EndpointSlice.Port(
                text(json, "name"),
                Protocol.valueOf(text(json, "protocol")),
                json.path("port").asInt());
    }

    private static EndpointSlice.Backend backend(JsonNode json) {
        return new EndpointSlice.Backend(
                IpAddress.of(text(json, "address")),
                json.path("ready").asBoolean(),
                json.path("serving").asBoolean(),
                json.path("terminating").asBoolean(),
                new EndpointSlice.Place(text(json, "node"), list(json.path("zones"), JsonNode::asText)));
    }

    private static String text(JsonNode json, String field) {
        return json.path(field).asText();
    }

    private static List<IpAddress> addresses(JsonNode json, String field) {
        return list(json.path(field), address -> IpAddress.of(address.asText()));
    }

    private static <T> List<T> list(JsonNode items, Function<JsonNode, T> read) {
        return StreamSupport.stream(items.spliterator(), false).map(read).toList();
    }

    /// Values as their texts.
    private static void put(ObjectNode json, String field, List<?> values) {
        ArrayNode texts = json.putArray(field);
        values.forEach(value -> texts.add(value.toString()));
    }
}
