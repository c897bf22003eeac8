package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A pod's network: what CNI calls a container.
///
/// @param id     the container ID of all CNI calls
/// @param pod    whose it is
/// @param uid    of that pod
/// @param netns  name of the network namespace, in the node's `/run/netns`; "" when the pod is in the node's own
/// @param result what ADD answered
record Sandbox(String id, ObjectName pod, String uid, String netns, Optional<JsonNode> result) {

    /// The name of a pod's link.
    static final String LINK = "eth0";

    boolean hostNetwork() {
        return netns.isEmpty();
    }

    /// Where the network namespace is, as seen on the node.
    String netnsPath() {
        return "/run/netns/" + netns;
    }

    Sandbox with(JsonNode added) {
        return new Sandbox(id, pod, uid, netns, Optional.of(added));
    }

    /// The addresses that ADD gave, without their prefix lengths, IPv4 first.
    List<String> addresses() {
        List<String> all = new ArrayList<>();
        result.ifPresent(json -> json.path("ips")
                .forEach(ip -> all.add(ip.path("address").asText().split("/", 2)[0])));
        all.sort((a, b) -> Boolean.compare(a.contains(":"), b.contains(":")));
        return all;
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object()
                .put("id", id)
                .put("namespace", pod.namespace())
                .put("pod", pod.name())
                .put("uid", uid)
                .put("netns", netns);
        result.ifPresent(r -> json.set("result", r));
        return json;
    }

    static Sandbox of(JsonNode json) {
        return new Sandbox(
                json.path("id").asText(),
                new ObjectName(json.path("namespace").asText(), json.path("pod").asText()),
                json.path("uid").asText(),
                json.path("netns").asText(),
                json.has("result") ? Optional.of(json.path("result")) : Optional.empty());
    }
}
