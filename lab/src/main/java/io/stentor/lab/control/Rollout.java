package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;
import java.util.ArrayList;
import java.util.List;

/// The next sizes of a Deployment's ReplicaSets. Pure: what it says depends on what it is given alone.
///
/// With `RollingUpdate` there are never more than replicas + maxSurge pods, and never fewer than
/// replicas - maxUnavailable available ones by its doing. With `Recreate` the old pods go before the first new one.
final class Rollout {

    private final JsonNode deployment;
    private final ObjectNode current;
    private final List<ObjectNode> old;
    private final int pods;

    /// @param old  ReplicaSets of other templates, the oldest first
    /// @param pods how many pods the selector selects that have not ended, those that are being deleted included
    Rollout(JsonNode deployment, ObjectNode current, List<ObjectNode> old, int pods) {
        this.deployment = deployment;
        this.current = current;
        this.old = old;
        this.pods = pods;
    }

    /// A ReplicaSet and the size that it is to have now.
    record Step(ObjectNode set, int replicas) {}

    List<Step> steps() {
        int wanted = Json.at(deployment, "spec.replicas").asInt(1);
        List<Step> steps = new ArrayList<>();
        int oldSize = old.stream().mapToInt(Rollout::size).sum();
        if (Json.text(deployment, "spec.strategy.type").equals("Recreate")) {
            old.forEach(set -> steps.add(new Step(set, 0)));
            int oldPods = old.stream()
                    .mapToInt(set -> Json.at(set, "status.replicas").asInt(0))
                    .sum();
            boolean clear = oldSize == 0 && oldPods == 0 && (size(current) > 0 || pods == 0);
            if (clear || size(current) > wanted) {
                steps.add(new Step(current, wanted));
            }
            return steps;
        }
        JsonNode rolling = Json.at(deployment, "spec.strategy.rollingUpdate");
        int surge = share(rolling.path("maxSurge"), wanted, true);
        int missing = share(rolling.path("maxUnavailable"), wanted, false);
        if (surge == 0 && missing == 0) {
            missing = 1;
        }
        int size = size(current);
        int room = Math.max(0, wanted + surge - oldSize - size);
        int next = size > wanted ? wanted : Math.min(wanted, size + room);
        steps.add(new Step(current, next));
        steps.addAll(shrink(wanted - missing, next));
        return steps;
    }

    /// Takes from the old sets what is not needed to keep `least` pods available: unhealthy ones first.
    private List<Step> shrink(int least, int currentSize) {
        int unavailableNew = Math.max(0, size(current) - available(current)) + Math.max(0, currentSize - size(current));
        int all = old.stream().mapToInt(Rollout::size).sum() + currentSize;
        int spare = Math.max(0, all - least - unavailableNew);
        List<Step> steps = new ArrayList<>();
        int healthyToGo = Math.max(
                0,
                available(current) + old.stream().mapToInt(Rollout::available).sum() - least);
        for (ObjectNode set : old) {
            int broken = Math.min(spare, Math.max(0, size(set) - available(set)));
            int healthy = Math.min(Math.min(spare - broken, healthyToGo), size(set) - broken);
            spare -= broken + healthy;
            healthyToGo -= healthy;
            steps.add(new Step(set, size(set) - broken - healthy));
        }
        return steps;
    }

    private static int size(JsonNode set) {
        return Json.at(set, "spec.replicas").asInt(0);
    }

    private static int available(JsonNode set) {
        return Json.at(set, "status.availableReplicas").asInt(0);
    }

    /// A number, or a percentage of `whole`.
    static int share(JsonNode value, int whole, boolean up) {
        if (value.isIntegralNumber()) {
            return value.asInt();
        }
        String text = value.asText("");
        if (!text.matches("[0-9]{1,3}%")) {
            return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
        }
        double exact = Integer.parseInt(text.substring(0, text.length() - 1)) * whole / 100.0;
        return (int) (up ? Math.ceil(exact) : Math.floor(exact));
    }
}
