package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.DeleteOptions;
import io.stentor.lab.api.Events;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.LabelSelector;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Keeps as many pods of a template as are asked for.
final class ReplicaSets implements Controller {

    private final ObjectApi api;
    private final Events events;
    private final Loop<ObjectName> loop = new Loop<>("replicasets", this::reconcile);

    ReplicaSets(ObjectApi api) {
        this.api = api;
        this.events = new Events(api, "replicaset-controller", "");
    }

    @Override
    public Loop<ObjectName> loop() {
        return loop;
    }

    @Override
    public void changed(Resource resource, ObjectName name) {
        if (resource.equals(Resource.REPLICA_SETS)) {
            loop.wake(name);
        } else if (resource.equals(Resource.PODS)) {
            for (ObjectNode set : api.list(Resource.REPLICA_SETS, Selection.in(name.namespace()))
                    .items()) {
                loop.wake(ObjectName.of(set));
            }
        }
    }

    private void reconcile(ObjectName name) {
        Optional<ObjectNode> found = api.find(Resource.REPLICA_SETS, name);
        if (found.isEmpty()) {
            return;
        }
        ObjectNode set = found.get();
        List<ObjectNode> pods = new ArrayList<>();
        for (ObjectNode pod : claimed(set)) {
            if (Pods.isActive(pod)) {
                pods.add(pod);
            }
        }
        if (!Pods.isDeleting(set)) {
            int missing = Json.at(set, "spec.replicas").asInt(1) - pods.size();
            for (int i = 0; i < missing; i++) {
                pods.add(create(set));
            }
            if (missing < 0) {
                pods.sort(Pods.leastMissedFirst());
                for (ObjectNode pod : List.copyOf(pods.subList(0, -missing))) {
                    delete(set, pod);
                    pods.remove(pod);
                }
            }
        }
        report(name, set, pods);
    }

    /// Its own pods, and those that nobody owns and its selector selects, which it takes.
    private List<ObjectNode> claimed(ObjectNode set) {
        LabelSelector selector = LabelSelector.of(Json.at(set, "spec.selector"));
        List<ObjectNode> mine = new ArrayList<>();
        String namespace = Json.text(set, "metadata.namespace");
        for (ObjectNode pod : api.list(Resource.PODS, Selection.in(namespace)).items()) {
            String controller = Owners.controller(pod);
            if (controller.equals(Owners.uid(set))) {
                mine.add(pod);
            } else if (controller.isEmpty()
                    && !Pods.isDeleting(set)
                    && Pods.isActive(pod)
                    && selector.matches(Json.at(pod, "metadata.labels"))) {
                ObjectNode adopted = pod.deepCopy();
                Owners.control(adopted, set);
                mine.add(api.update(Resource.PODS, adopted));
            }
        }
        return mine;
    }

    private ObjectNode create(ObjectNode set) {
        try {
            ObjectNode pod = api.create(Resource.PODS, Pods.of(Json.at(set, "spec.template"), set, Map.of()));
            events.normal(set, "SuccessfulCreate", "Created pod: " + Json.text(pod, "metadata.name"));
            return pod;
        } catch (ApiException refused) {
            events.warning(set, "FailedCreate", "Error creating: " + refused.getMessage());
            throw refused;
        }
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

    private void report(ObjectName name, ObjectNode set, List<ObjectNode> pods) {
        Instant now = Instant.now();
        long patience = Json.at(set, "spec.minReadySeconds").asLong(0);
        JsonNode labels = Json.at(set, "spec.template.metadata.labels");
        int ready = 0;
        int available = 0;
        int labelled = 0;
        for (ObjectNode pod : pods) {
            ready += Pods.isReady(pod) ? 1 : 0;
            available += Pods.isAvailable(pod, patience, now) ? 1 : 0;
            labelled += LabelSelector.ofMap(labels).matches(Json.at(pod, "metadata.labels")) ? 1 : 0;
        }
        if (available < ready) {
            loop.wakeAfter(name, Duration.ofSeconds(1));
        }
        ObjectNode next = set.deepCopy();
        ObjectNode status = next.putObject("status").put("replicas", pods.size());
        status.put("observedGeneration", Json.at(set, "metadata.generation").asLong());
        put(status, "fullyLabeledReplicas", labelled);
        put(status, "readyReplicas", ready);
        put(status, "availableReplicas", available);
        api.updateStatus(Resource.REPLICA_SETS, next);
    }

    static void put(ObjectNode status, String field, int value) {
        if (value > 0) {
            status.put(field, value);
        }
    }
}
