package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Keeps one pod's status in the API what its node knows.
///
/// @param pod       as it came to this node
/// @param startedAt when that was
record StatusWriter(NodeContext node, ObjectNode pod, Instant startedAt) {

    /// Writes the status if it is not what the API has.
    ///
    /// @param addresses  the pod's; none before it has a network
    /// @param containers in the order of the spec
    /// @return the pod with that status; nothing when the API has the pod no more
    /// @throws ApiException when it takes no status, or gives no answer
    Optional<ObjectNode> write(List<String> addresses, List<ContainerView> containers) {
        while (true) {
            try {
                Optional<ObjectNode> fresh = node.api().find(Resource.PODS, ObjectName.of(pod));
                if (fresh.isEmpty() || !uid(fresh.get()).equals(uid(pod))) {
                    return Optional.empty();
                }
                ObjectNode status = new PodStatus(startedAt, node.addresses(), addresses, containers, Instant.now())
                        .of(fresh.get());
                if (status.equals(fresh.get().path("status"))) {
                    return fresh;
                }
                ObjectNode next = fresh.get().deepCopy();
                next.set("status", status);
                return Optional.of(node.api().updateStatus(Resource.PODS, next));
            } catch (ApiException e) {
                if (e.isNotFound()) {
                    return Optional.empty();
                }
                if (!e.isConflict()) {
                    throw e;
                }
            }
        }
    }

    private static String uid(JsonNode object) {
        return Json.text(object, "metadata.uid");
    }
}
