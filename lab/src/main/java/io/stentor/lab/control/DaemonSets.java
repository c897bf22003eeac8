package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.DeleteOptions;
import io.stentor.lab.api.Events;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One pod on each node that takes it. The pod names its node by affinity, and the scheduler binds it.
final class DaemonSets implements Controller {

    static final String HASH_LABEL = "controller-revision-hash";
    private static final String GENERATION_LABEL = "pod-template-generation";
    private static final String[][] TOLERATED = {
        {"node.kubernetes.io/not-ready", "NoExecute"},
        {"node.kubernetes.io/unreachable", "NoExecute"},
        {"node.kubernetes.io/disk-pressure", "NoSchedule"},
        {"node.kubernetes.io/memory-pressure", "NoSchedule"},
        {"node.kubernetes.io/pid-pressure", "NoSchedule"},
        {"node.kubernetes.io/unschedulable", "NoSchedule"},
    };

    private final ObjectApi api;
    private final Events events;
    private final Loop<ObjectName> loop = new Loop<>("daemonsets", this::reconcile);

    DaemonSets(ObjectApi api) {
        this.api = api;
        this.events = new Events(api, "daemonset-controller", "");
    }

    @Override
    public Loop<ObjectName> loop() {
        return loop;
    }

    @Override
    public void changed(Resource resource, ObjectName name) {
        if (resource.equals(Resource.DAEMON_SETS)) {
            loop.wake(name);
        } else if (resource.equals(Resource.NODES) || resource.equals(Resource.PODS)) {
            for (ObjectNode set : api.list(Resource.DAEMON_SETS, Selection.in(name.namespace()))
                    .items()) {
                loop.wakeAfter(ObjectName.of(set), Duration.ofMillis(20));
            }
        }
    }

    private void reconcile(ObjectName name) {
        Optional<ObjectNode> found = api.find(Resource.DAEMON_SETS, name);
        if (found.isEmpty() || Pods.isDeleting(found.get())) {
            return;
        }
        ObjectNode set = found.get();
        String hash = TemplateHash.of(Json.at(set, "spec.template"));
        ObjectNode model = template(set, hash);
        Map<String, List<ObjectNode>> pods = new HashMap<>();
        for (ObjectNode pod :
                api.list(Resource.PODS, Selection.in(name.namespace())).items()) {
            if (Owners.controller(pod).equals(Owners.uid(set))) {
                pods.computeIfAbsent(target(pod), n -> new ArrayList<>()).add(pod);
            }
        }
        List<ObjectNode> nodes = api.list(Resource.NODES, Selection.ALL).items();
        List<String> wanted = new ArrayList<>();
        for (ObjectNode node : nodes) {
            if (NodeFit.objection(model, node).isEmpty()) {
                wanted.add(Json.text(node, "metadata.name"));
            }
        }
        for (String node : wanted) {
            List<ObjectNode> there = pods.getOrDefault(node, List.of());
            there.stream().filter(p -> Pods.hasEnded(p) && !Pods.isDeleting(p)).forEach(p -> delete(set, p));
            if (there.stream().allMatch(Pods::hasEnded)) {
                create(set, model, node);
            }
        }
        pods.forEach((node, there) -> {
            boolean surplus = !wanted.contains(node);
            List<ObjectNode> active = there.stream().filter(Pods::isActive).toList();
            for (ObjectNode pod : surplus ? active : active.subList(Math.min(1, active.size()), active.size())) {
                delete(set, pod);
            }
        });
        replaceOutdated(set, hash, wanted, pods);
        report(set, hash, wanted);
    }

    private static String target(JsonNode pod) {
        String bound = Pods.nodeName(pod);
        JsonNode terms = Json.at(
                pod, "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms");
        return bound.isEmpty() ? terms.at("/0/matchFields/0/values/0").asText("") : bound;
    }

    /// A pod of the set that is for no node yet.
    private static ObjectNode template(ObjectNode set, String hash) {
        String generation = Json.text(set, "metadata.generation");
        ObjectNode pod =
                Pods.of(Json.at(set, "spec.template"), set, Map.of(HASH_LABEL, hash, GENERATION_LABEL, generation));
        ArrayNode tolerations = Json.ensure(pod, "spec").withArray("tolerations");
        for (String[] taint : TOLERATED) {
            tolerations
                    .addObject()
                    .put("key", taint[0])
                    .put("operator", "Exists")
                    .put("effect", taint[1]);
        }
        if (Json.at(pod, "spec.hostNetwork").asBoolean()) {
            tolerations
                    .addObject()
                    .put("key", "node.kubernetes.io/network-unavailable")
                    .put("operator", "Exists")
                    .put("effect", "NoSchedule");
        }
        return pod;
    }

    private void create(ObjectNode set, ObjectNode model, String node) {
        ObjectNode pod = model.deepCopy();
        ObjectNode required =
                Json.ensure(pod, "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution");
        required.removeAll();
        ObjectNode field = required.putArray("nodeSelectorTerms")
                .addObject()
                .putArray("matchFields")
                .addObject()
                .put("key", "metadata.name")
                .put("operator", "In");
        field.putArray("values").add(node);
        ObjectNode made = api.create(Resource.PODS, pod);
        events.normal(set, "SuccessfulCreate", "Created pod: " + Json.text(made, "metadata.name"));
    }

    private void delete(ObjectNode set, ObjectNode pod) {
        try {
            api.delete(Resource.PODS, ObjectName.of(pod), DeleteOptions.DEFAULT);
            events.normal(set, "SuccessfulDelete", "Deleted pod: " + Json.text(pod, "metadata.name"));
        } catch (ApiException gone) {
            if (!gone.isNotFound()) {
                throw gone;
            }
        }
    }

    /// Rolls: deletes pods of an earlier template while no more than maxUnavailable nodes are without a ready pod.
    private void replaceOutdated(ObjectNode set, String hash, List<String> wanted, Map<String, List<ObjectNode>> pods) {
        if (!Json.text(set, "spec.updateStrategy.type").equals("RollingUpdate")) {
            return;
        }
        JsonNode limit = Json.at(set, "spec.updateStrategy.rollingUpdate.maxUnavailable");
        int budget = Math.max(1, Rollout.share(limit, wanted.size(), true));
        List<ObjectNode> outdated = new ArrayList<>();
        for (String node : wanted) {
            List<ObjectNode> active = pods.getOrDefault(node, List.of()).stream()
                    .filter(Pods::isActive)
                    .toList();
            if (active.stream().noneMatch(Pods::isReady)) {
                budget--;
            }
            active.stream().filter(p -> !hasHash(p, hash)).forEach(outdated::add);
        }
        outdated.sort((a, b) -> Boolean.compare(Pods.isReady(a), Pods.isReady(b)));
        for (ObjectNode pod : outdated) {
            if (!Pods.isReady(pod)) {
                delete(set, pod);
            } else if (budget-- > 0) {
                delete(set, pod);
            }
        }
    }

    private static boolean hasHash(JsonNode pod, String hash) {
        return Json.at(pod, "metadata.labels").path(HASH_LABEL).asText("").equals(hash);
    }

    private void report(ObjectNode set, String hash, List<String> wanted) {
        int current = 0;
        int ready = 0;
        int available = 0;
        int updated = 0;
        int misplaced = 0;
        long patience = Json.at(set, "spec.minReadySeconds").asLong(0);
        Selection selection = Selection.in(Json.text(set, "metadata.namespace"));
        for (ObjectNode pod : api.list(Resource.PODS, selection).items()) {
            if (!Owners.controller(pod).equals(Owners.uid(set)) || !Pods.isActive(pod)) {
                continue;
            }
            if (!wanted.contains(target(pod))) {
                misplaced++;
                continue;
            }
            current++;
            ready += Pods.isReady(pod) ? 1 : 0;
            available += Pods.isAvailable(pod, patience, Instant.now()) ? 1 : 0;
            updated += hasHash(pod, hash) ? 1 : 0;
        }
        if (available < ready) {
            loop.wakeAfter(ObjectName.of(set), Duration.ofSeconds(1));
        }
        ObjectNode next = set.deepCopy();
        ObjectNode status = next.putObject("status");
        status.put("observedGeneration", Json.at(set, "metadata.generation").asLong());
        status.put("currentNumberScheduled", current).put("desiredNumberScheduled", wanted.size());
        status.put("numberMisscheduled", misplaced).put("numberReady", ready);
        ReplicaSets.put(status, "updatedNumberScheduled", updated);
        ReplicaSets.put(status, "numberAvailable", available);
        ReplicaSets.put(status, "numberUnavailable", wanted.size() - available);
        api.updateStatus(Resource.DAEMON_SETS, next);
    }
}
