package io.stentor.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.model.Cidr;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.OwnNode;
import io.stentor.model.RemotePod;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Nodes, the own one twice, and pods in the snapshot.
final class NodeRows {

    private NodeRows() {}

    static ObjectNode json(Node node) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", node.name());
        ArrayNode addresses = json.putArray("addresses");
        node.addresses()
                .forEach(a -> addresses
                        .addObject()
                        .put("type", a.type().toString())
                        .put("ip", a.address().toString()));
        ArrayNode ranges = json.putArray("podCIDRs");
        node.podCidrs().forEach(range -> ranges.add(range.toString()));
        return json;
    }

    static Node node(JsonNode json) {
        List<NodeAddress> addresses = new ArrayList<>();
        for (JsonNode address : json.path("addresses")) {
            Optional<NodeAddress.Type> type =
                    NodeAddress.Type.parse(address.path("type").asText());
            addresses.add(new NodeAddress(
                    type.orElseThrow(() -> new IllegalArgumentException("an address of no type")),
                    IpAddress.of(address.path("ip").asText())));
        }
        List<Cidr> ranges = new ArrayList<>();
        json.path("podCIDRs").forEach(range -> ranges.add(Cidr.of(range.asText())));
        return new Node(json.path("name").asText(), addresses, ranges);
    }

    static ObjectNode json(OwnNode node) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("name", node.name())
                .put("zone", node.zone())
                .put("nodePorts", node.nodePorts().name());
    }

    static OwnNode ownNode(JsonNode json) {
        return new OwnNode(
                json.path("name").asText(),
                json.path("zone").asText(),
                OwnNode.NodePorts.valueOf(json.path("nodePorts").asText()));
    }

    static ObjectNode json(RemotePod pod) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("address", pod.address().toString())
                .put("identity", pod.identity())
                .put("node", pod.node().toString());
    }

    static RemotePod pod(JsonNode json) {
        return new RemotePod(
                IpAddress.of(json.path("address").asText()),
                json.path("identity").asInt(),
                IpAddress.of(json.path("node").asText()));
    }
}
