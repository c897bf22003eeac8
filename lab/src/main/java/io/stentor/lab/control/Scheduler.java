package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.Events;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Gives pods a node: among those that take it the one with the fewest pods of the same owner, then the fewest pods.
/// Requests for processor and memory are not counted.
final class Scheduler implements Controller {

    private static final int DEFAULT_MAX_PODS = 110;
    private static final Selection UNASSIGNED = Selection.withField("spec.nodeName", "");

    private final ObjectApi api;
    private final Events events;
    private final Loop<ObjectName> loop = new Loop<>("scheduler", this::schedule);

    Scheduler(ObjectApi api) {
        this.api = api;
        this.events = new Events(api, "default-scheduler", "");
    }

    @Override
    public Loop<ObjectName> loop() {
        return loop;
    }

    @Override
    public void changed(Resource resource, ObjectName name) {
        if (resource.equals(Resource.PODS)) {
            Optional<ObjectNode> pod = api.find(resource, name);
            if (pod.isPresent() && Pods.nodeName(pod.get()).isEmpty()) {
                loop.wake(name);
            } else if (pod.isEmpty()) {
                wakeAll();
            }
        } else if (resource.equals(Resource.NODES)) {
            wakeAll();
        }
    }

    private void wakeAll() {
        for (ObjectNode pod : api.list(Resource.PODS, UNASSIGNED).items()) {
            // Kubelets' heartbeats change nodes often; waiting pods need not look at each.
            loop.wakeAfter(ObjectName.of(pod), Duration.ofMillis(50));
        }
    }

    private void schedule(ObjectName name) {
        Optional<ObjectNode> found = api.find(Resource.PODS, name);
        if (found.isEmpty() || !wantsNode(found.get())) {
            return;
        }
        ObjectNode pod = found.get();
        Map<String, ObjectNode> nodes = new LinkedHashMap<>();
        api.list(Resource.NODES, Selection.ALL)
                .items()
                .forEach(node -> nodes.put(Json.text(node, "metadata.name"), node));
        Map<String, List<ObjectNode>> byNode = new HashMap<>();
        List<ObjectNode> placed = new ArrayList<>();
        for (ObjectNode other : api.list(Resource.PODS, Selection.ALL).items()) {
            if (!Pods.nodeName(other).isEmpty() && !Pods.hasEnded(other)) {
                placed.add(other);
                byNode.computeIfAbsent(Pods.nodeName(other), n -> new ArrayList<>())
                        .add(other);
            }
        }
        PodAffinity affinity = new PodAffinity(nodes, placed);
        Map<String, Integer> objections = new TreeMap<>();
        List<String> fitting = new ArrayList<>();
        nodes.forEach((node, object) -> {
            List<ObjectNode> there = byNode.getOrDefault(node, List.of());
            Optional<String> why = objection(pod, object, there, affinity);
            if (why.isPresent()) {
                objections.merge(why.get(), 1, Integer::sum);
            } else {
                fitting.add(node);
            }
        });
        String owner = Owners.controller(pod);
        Comparator<String> spread = Comparator.<String>comparingLong(
                        node -> byNode.getOrDefault(node, List.of()).stream()
                                .filter(p ->
                                        !owner.isEmpty() && Owners.controller(p).equals(owner) && !Pods.isDeleting(p))
                                .count())
                .thenComparingInt(node -> byNode.getOrDefault(node, List.of()).size())
                .thenComparing(Comparator.naturalOrder());
        Optional<String> best = fitting.stream().min(spread);
        if (best.isPresent()) {
            bind(pod, name, best.get());
        } else {
            refuse(pod, nodes.size(), objections);
        }
    }

    private static boolean wantsNode(JsonNode pod) {
        return Pods.nodeName(pod).isEmpty()
                && Pods.isActive(pod)
                && Json.text(pod, "spec.schedulerName").equals("default-scheduler")
                && Json.at(pod, "spec.schedulingGates").isEmpty();
    }

    private static Optional<String> objection(
            JsonNode pod, JsonNode node, List<ObjectNode> there, PodAffinity affinity) {
        Optional<String> fit = NodeFit.objection(pod, node);
        if (fit.isPresent()) {
            return fit;
        }
        if (there.size() >= Json.at(node, "status.allocatable.pods").asInt(DEFAULT_MAX_PODS)) {
            return Optional.of("Too many pods");
        }
        if (!NodeFit.hostPortsFree(pod, there)) {
            return Optional.of("node(s) didn't have free ports for the requested pod ports");
        }
        return affinity.allows(pod, node)
                ? Optional.empty()
                : Optional.of("node(s) didn't match pod affinity/anti-affinity rules");
    }

    private void bind(ObjectNode pod, ObjectName name, String node) {
        try {
            api.bind(name, node);
        } catch (ApiException gone) {
            if (!gone.isNotFound() && !gone.isConflict()) {
                throw gone;
            }
            return;
        }
        events.normal(pod, "Scheduled", "Successfully assigned " + name + " to " + node);
    }

    private void refuse(ObjectNode pod, int nodes, Map<String, Integer> objections) {
        List<String> parts = new ArrayList<>();
        objections.forEach((why, count) -> parts.add(count + " " + why));
        String message = nodes == 0
                ? "no nodes available to schedule pods"
                : "0/" + nodes + " nodes are available: " + String.join(", ", parts) + ".";
        ObjectNode next = pod.deepCopy();
        if (Pods.condition(Json.ensure(next, "status"), "PodScheduled", false, "Unschedulable", message)) {
            api.updateStatus(Resource.PODS, next);
            events.warning(pod, "FailedScheduling", message);
        }
    }
}
