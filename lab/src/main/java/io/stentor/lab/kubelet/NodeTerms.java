package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;
import java.util.Map;
import java.util.Optional;

/// What a lab's node says of itself when it joins a cluster, and which pods it runs. Pure.
///
/// @param lab          its name: the value of [#NAME], and of the taint
/// @param labels       beside those that every node has
/// @param awaitsAgent  the node keeps pods away until an operator says that the network's agent is there
/// @param reserved     only pods that name [#TAINT] in their tolerations are for this node
public record NodeTerms(String lab, Map<String, String> labels, boolean awaitsAgent, boolean reserved) {

    /// The label of every lab's nodes, with the lab's name.
    public static final String NAME = "lab.stentor.io/name";

    /// The label of nodes on a real cluster: which lab of which machine made them.
    public static final String ID = "lab.stentor.io/id";

    /// The taint of nodes on a real cluster.
    public static final String TAINT = "lab.stentor.io/lab";

    /// The taint that keeps pods away until the network's agent is there; the operator takes it off.
    static final String AGENT_TAINT = "node.cilium.io/agent-not-ready";

    ObjectNode nodeLabels() {
        ObjectNode all = Json.object().put(NAME, lab);
        labels.forEach(all::put);
        return all;
    }

    ArrayNode taints() {
        ArrayNode taints = Json.array();
        if (awaitsAgent) {
            taints.addObject().put("key", AGENT_TAINT).put("effect", "NoSchedule");
        }
        if (reserved) {
            taints.addObject().put("key", TAINT).put("value", lab).put("effect", "NoSchedule");
        }
        return taints;
    }

    /// Why a pod that is bound to this node is not run; empty when it is. What tolerates everything was written for
    /// machines whose pods are in containers of their own; here its commands would run on the machine's files.
    Optional<String> refusal(JsonNode pod) {
        if (!reserved) {
            return Optional.empty();
        }
        for (JsonNode toleration : pod.path("spec").path("tolerations")) {
            if (toleration.path("key").asText("").equals(TAINT)) {
                return Optional.empty();
            }
        }
        return Optional.of("This is a node of the lab \"" + lab + "\", where containers are processes of the machine's"
                + " own file system: it runs pods that have a toleration of the key " + TAINT
                + ", and this one has none");
    }
}
