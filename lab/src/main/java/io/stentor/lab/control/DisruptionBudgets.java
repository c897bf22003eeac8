package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.LabelSelector;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import java.util.Optional;

/// Says how many pods of each PodDisruptionBudget may be evicted now.
final class DisruptionBudgets implements Controller {

    static final Resource RESOURCE = new Resource("policy", "v1", "poddisruptionbudgets");

    private final ObjectApi api;
    private final Loop<ObjectName> loop = new Loop<>("budgets", this::reconcile);

    DisruptionBudgets(ObjectApi api) {
        this.api = api;
    }

    @Override
    public Loop<ObjectName> loop() {
        return loop;
    }

    @Override
    public void changed(Resource resource, ObjectName name) {
        if (resource.equals(RESOURCE)) {
            loop.wake(name);
        } else if (resource.equals(Resource.PODS)) {
            for (ObjectNode budget :
                    api.list(RESOURCE, Selection.in(name.namespace())).items()) {
                loop.wake(ObjectName.of(budget));
            }
        }
    }

    private void reconcile(ObjectName name) {
        Optional<ObjectNode> found = api.find(RESOURCE, name);
        if (found.isEmpty()) {
            return;
        }
        ObjectNode budget = found.get();
        LabelSelector selector = LabelSelector.of(Json.at(budget, "spec.selector"));
        int expected = 0;
        int healthy = 0;
        for (ObjectNode pod :
                api.list(Resource.PODS, Selection.in(name.namespace())).items()) {
            if (selector.matches(Json.at(pod, "metadata.labels")) && !Pods.hasEnded(pod)) {
                expected++;
                healthy += Pods.isReady(pod) && !Pods.isDeleting(pod) ? 1 : 0;
            }
        }
        JsonNode least = Json.at(budget, "spec.minAvailable");
        JsonNode most = Json.at(budget, "spec.maxUnavailable");
        int desired = least.isMissingNode()
                ? Math.max(0, expected - Rollout.share(most, expected, true))
                : Rollout.share(least, expected, true);
        ObjectNode next = budget.deepCopy();
        ObjectNode status = Json.ensure(next, "status");
        status.put("observedGeneration", Json.at(budget, "metadata.generation").asLong());
        status.put("currentHealthy", healthy).put("desiredHealthy", desired).put("expectedPods", expected);
        status.put("disruptionsAllowed", Math.max(0, healthy - desired));
        api.updateStatus(RESOURCE, next);
    }
}
