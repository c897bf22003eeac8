package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.DeleteOptions;
import io.stentor.lab.api.Events;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.LabelSelector;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Moves pods from the ReplicaSets of earlier templates to that of the present one.
final class Deployments implements Controller {

    static final String HASH_LABEL = "pod-template-hash";
    static final String REVISION = "deployment.kubernetes.io/revision";

    private final ObjectApi api;
    private final Events events;
    private final DeploymentReport report;
    private final Loop<ObjectName> loop = new Loop<>("deployments", this::reconcile);

    Deployments(ObjectApi api) {
        this.api = api;
        this.events = new Events(api, "deployment-controller", "");
        this.report = new DeploymentReport(api, loop);
    }

    @Override
    public Loop<ObjectName> loop() {
        return loop;
    }

    @Override
    public void changed(Resource resource, ObjectName name) {
        if (resource.equals(Resource.DEPLOYMENTS)) {
            loop.wake(name);
        } else if (resource.equals(Resource.REPLICA_SETS) || resource.equals(Resource.PODS)) {
            for (ObjectNode deployment : api.list(Resource.DEPLOYMENTS, Selection.in(name.namespace()))
                    .items()) {
                loop.wake(ObjectName.of(deployment));
            }
        }
    }

    private void reconcile(ObjectName name) {
        Optional<ObjectNode> found = api.find(Resource.DEPLOYMENTS, name);
        if (found.isEmpty()) {
            return;
        }
        ObjectNode deployment = found.get();
        List<ObjectNode> sets = owned(deployment);
        if (Pods.isDeleting(deployment)) {
            report.write(deployment, Optional.empty(), sets);
            return;
        }
        Optional<ObjectNode> present =
                sets.stream().filter(set -> sameTemplate(set, deployment)).findFirst();
        boolean paused = Json.at(deployment, "spec.paused").asBoolean();
        if (present.isEmpty() && !paused) {
            ObjectNode made = create(deployment, sets);
            sets.add(made);
            present = Optional.of(made);
        } else if (present.isPresent() && !paused) {
            present = Optional.of(withRevision(deployment, present.get(), sets));
        }
        ObjectNode current = present.orElse(null);
        if (current != null && !paused) {
            List<ObjectNode> old = sets.stream()
                    .filter(set -> !Owners.uid(set).equals(Owners.uid(current)))
                    .toList();
            Rollout rollout = new Rollout(deployment, current, old, activePods(deployment));
            rollout.steps().forEach(step -> scale(deployment, step));
            forget(deployment, old);
        } else if (paused && sets.size() == 1) {
            scale(
                    deployment,
                    new Rollout.Step(
                            sets.getFirst(),
                            Json.at(deployment, "spec.replicas").asInt(1)));
        }
        report.write(deployment, present, owned(deployment));
    }

    /// Its ReplicaSets, the oldest first; those that nobody owns and its selector selects are taken.
    private List<ObjectNode> owned(ObjectNode deployment) {
        List<ObjectNode> sets = new ArrayList<>();
        LabelSelector selector = LabelSelector.of(Json.at(deployment, "spec.selector"));
        Selection selection = Selection.in(Json.text(deployment, "metadata.namespace"));
        for (ObjectNode set : api.list(Resource.REPLICA_SETS, selection).items()) {
            String controller = Owners.controller(set);
            if (controller.equals(Owners.uid(deployment))) {
                sets.add(set);
            } else if (controller.isEmpty()
                    && !Pods.isDeleting(deployment)
                    && !Pods.isDeleting(set)
                    && selector.matches(Json.at(set, "metadata.labels"))) {
                ObjectNode adopted = set.deepCopy();
                Owners.control(adopted, deployment);
                sets.add(api.update(Resource.REPLICA_SETS, adopted));
            }
        }
        sets.sort(Comparator.comparingLong(Deployments::revision));
        return sets;
    }

    private int activePods(ObjectNode deployment) {
        LabelSelector selector = LabelSelector.of(Json.at(deployment, "spec.selector"));
        Selection selection = Selection.in(Json.text(deployment, "metadata.namespace"));
        return (int) api.list(Resource.PODS, selection).items().stream()
                .filter(pod -> !Pods.hasEnded(pod) && selector.matches(Json.at(pod, "metadata.labels")))
                .count();
    }

    static boolean sameTemplate(JsonNode set, JsonNode deployment) {
        return plain(set).equals(plain(deployment));
    }

    /// The template without the hash that marks it in a ReplicaSet.
    private static JsonNode plain(JsonNode object) {
        ObjectNode template = Json.at(object, "spec.template").deepCopy();
        Json.ensure(template, "metadata.labels").remove(HASH_LABEL);
        return template;
    }

    static long revision(JsonNode object) {
        return Json.at(object, "metadata.annotations").path(REVISION).asLong(0);
    }

    private ObjectNode create(ObjectNode deployment, List<ObjectNode> sets) {
        String hash = TemplateHash.of(plain(deployment));
        long revision = sets.stream().mapToLong(Deployments::revision).max().orElse(0) + 1;
        ObjectNode set = Json.object();
        ObjectNode metadata = set.putObject("metadata");
        metadata.put("namespace", Json.text(deployment, "metadata.namespace"));
        metadata.put("name", Json.text(deployment, "metadata.name") + "-" + hash);
        ObjectNode template = Json.at(deployment, "spec.template").deepCopy();
        Json.ensure(template, "metadata.labels").put(HASH_LABEL, hash);
        metadata.set("labels", Json.at(template, "metadata.labels").deepCopy());
        annotations(metadata.putObject("annotations"), deployment, revision);
        Owners.control(set, deployment);
        ObjectNode spec = set.putObject("spec").put("replicas", 0);
        spec.set("minReadySeconds", Json.at(deployment, "spec.minReadySeconds"));
        if (Json.at(deployment, "spec.minReadySeconds").isMissingNode()) {
            spec.remove("minReadySeconds");
        }
        ObjectNode selector = Json.at(deployment, "spec.selector").deepCopy();
        Json.ensure(selector, "matchLabels").put(HASH_LABEL, hash);
        spec.set("selector", selector);
        spec.set("template", template);
        ObjectNode made = api.create(Resource.REPLICA_SETS, set);
        setRevision(deployment, revision);
        return made;
    }

    private static void annotations(ObjectNode annotations, ObjectNode deployment, long revision) {
        for (var each : Json.at(deployment, "metadata.annotations").properties()) {
            if (!each.getKey().equals("kubectl.kubernetes.io/last-applied-configuration")) {
                annotations.set(each.getKey(), each.getValue());
            }
        }
        annotations.put(REVISION, Long.toString(revision));
        annotations.put(
                "deployment.kubernetes.io/desired-replicas",
                Json.at(deployment, "spec.replicas").asText());
    }

    /// A template that comes back (`rollout undo`) counts as the newest revision.
    private ObjectNode withRevision(ObjectNode deployment, ObjectNode present, List<ObjectNode> sets) {
        long newest = sets.stream().mapToLong(Deployments::revision).max().orElse(1);
        ObjectNode result = present;
        long revision = revision(present);
        if (revision < newest || revision == 0) {
            revision = newest + 1;
            ObjectNode next = present.deepCopy();
            annotations(Json.ensure(next, "metadata.annotations"), deployment, revision);
            result = api.update(Resource.REPLICA_SETS, next);
        }
        setRevision(deployment, revision);
        return result;
    }

    private void setRevision(ObjectNode deployment, long revision) {
        if (revision(deployment) != revision) {
            ObjectNode patch = Json.object();
            Json.ensure(patch, "metadata.annotations").put(REVISION, Long.toString(revision));
            api.mergePatch(Resource.DEPLOYMENTS, ObjectName.of(deployment), "", patch);
        }
    }

    private void scale(ObjectNode deployment, Rollout.Step step) {
        int from = Json.at(step.set(), "spec.replicas").asInt(0);
        if (from == step.replicas()) {
            return;
        }
        ObjectNode patch = Json.object();
        patch.putObject("spec").put("replicas", step.replicas());
        ObjectName name = ObjectName.of(step.set());
        api.mergePatch(Resource.REPLICA_SETS, name, "", patch);
        String direction = from < step.replicas() ? "up" : "down";
        String message =
                "Scaled " + direction + " replica set " + name.name() + " from " + from + " to " + step.replicas();
        events.normal(deployment, "ScalingReplicaSet", message);
    }

    /// Deletes the oldest sets that have no pods and are more than the history keeps.
    private void forget(ObjectNode deployment, List<ObjectNode> old) {
        int limit = Json.at(deployment, "spec.revisionHistoryLimit").asInt(10);
        List<ObjectNode> idle = old.stream()
                .filter(set -> Json.at(set, "spec.replicas").asInt(0) == 0
                        && Json.at(set, "status.replicas").asInt(0) == 0
                        && !Pods.isDeleting(set))
                .toList();
        for (ObjectNode set : idle.subList(0, Math.max(0, idle.size() - limit))) {
            api.delete(Resource.REPLICA_SETS, ObjectName.of(set), DeleteOptions.DEFAULT);
        }
    }
}
