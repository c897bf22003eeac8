package io.stentor.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.DeleteOptions;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import io.stentor.lab.api.ServedKind;
import io.stentor.lab.api.ServerObjects;
import io.stentor.lab.api.Watch;
import io.stentor.lab.api.WatchEvent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Deletes what all owners of are gone, and does what the `foregroundDeletion` and `orphan` finalizers wait for.
///
/// It keeps no graph: after each deletion it looks at all objects once, which a lab's few thousand allow.
final class GarbageCollector implements AutoCloseable {

    private static final Logger LOG = System.getLogger("control");
    private static final String FOREGROUND = "foregroundDeletion";
    private static final String ORPHAN = "orphan";
    private static final Duration REST = Duration.ofMillis(50);

    private final ServerObjects api;
    private final Loop<String> loop = new Loop<>("garbage", key -> collect());
    private final Map<Resource, Thread> watchers = new ConcurrentHashMap<>();

    GarbageCollector(ServerObjects api) {
        this.api = api;
    }

    void start() {
        follow();
        loop.start();
    }

    /// Watches every kind that there is; kinds come and go with their definitions.
    private void follow() {
        for (ServedKind kind : api.kinds()) {
            boolean dull =
                    kind.resource().equals(Resource.EVENTS) || kind.resource().equals(Resource.LEASES);
            if (!dull) {
                watchers.computeIfAbsent(
                        kind.resource(),
                        resource -> Thread.ofVirtual()
                                .name("garbage-" + resource.plural())
                                .start(() -> watch(resource)));
            }
        }
    }

    private void watch(Resource resource) {
        try {
            String from = api.list(resource, Selection.ALL).resourceVersion();
            loop.wake("");
            try (Watch watch = api.watch(resource, Selection.ALL, from)) {
                while (true) {
                    Optional<WatchEvent> event = watch.next(Duration.ofMinutes(5));
                    event.ifPresent(e -> noticed(resource, e));
                }
            }
        } catch (InterruptedException closing) {
            return;
        } catch (RuntimeException ended) {
            LOG.log(Level.DEBUG, "garbage: {0}: {1}", resource, ended.getMessage());
        }
        // Missed changes, or the kind has gone: the next round begins anew what is still there.
        watchers.remove(resource);
        loop.wakeAfter("", Duration.ofMillis(200));
    }

    private void noticed(Resource resource, WatchEvent event) {
        boolean gone = event.type() == WatchEvent.Type.DELETED;
        boolean held = Pods.isDeleting(event.object())
                && !Json.at(event.object(), "metadata.finalizers").isEmpty();
        boolean owned = event.type() == WatchEvent.Type.ADDED
                && !Json.at(event.object(), "metadata.ownerReferences").isEmpty();
        if (gone || held || owned || resource.equals(Resource.CRDS)) {
            loop.wakeAfter("", REST);
        }
    }

    private record Found(Resource resource, ObjectNode object) {}

    private void collect() {
        follow();
        List<Found> owned = new ArrayList<>();
        List<Found> held = new ArrayList<>();
        Set<String> present = new HashSet<>();
        for (ServedKind kind : api.kinds()) {
            for (ObjectNode object : objects(kind.resource())) {
                present.add(Owners.uid(object));
                if (!Json.at(object, "metadata.ownerReferences").isEmpty()) {
                    owned.add(new Found(kind.resource(), object));
                }
                if (has(object, FOREGROUND) || has(object, ORPHAN)) {
                    held.add(new Found(kind.resource(), object));
                }
            }
        }
        for (Found each : held) {
            if (Pods.isDeleting(each.object())) {
                release(each, owned);
            }
        }
        for (Found each : owned) {
            boolean any = false;
            for (JsonNode reference : Json.at(each.object(), "metadata.ownerReferences")) {
                any |= present.contains(reference.path("uid").asText()) || exists(reference, each.object());
            }
            if (!any && !Pods.isDeleting(each.object())) {
                delete(each, DeleteOptions.Propagation.BACKGROUND);
            }
        }
    }

    /// Asks again for an owner that was not seen: it may have come after its kind was listed.
    private boolean exists(JsonNode reference, ObjectNode owned) {
        String apiVersion = reference.path("apiVersion").asText();
        String group = apiVersion.contains("/") ? apiVersion.substring(0, apiVersion.indexOf('/')) : "";
        for (ServedKind kind : api.kinds()) {
            if (kind.kind().equals(reference.path("kind").asText())
                    && kind.resource().group().equals(group)) {
                String namespace = kind.namespaced() ? Json.text(owned, "metadata.namespace") : "";
                ObjectName name =
                        new ObjectName(namespace, reference.path("name").asText());
                return api.find(kind.resource(), name)
                        .filter(owner ->
                                Owners.uid(owner).equals(reference.path("uid").asText()))
                        .isPresent();
            }
        }
        return false;
    }

    private List<ObjectNode> objects(Resource resource) {
        try {
            return api.list(resource, Selection.ALL).items();
        } catch (ApiException undefined) {
            return List.of();
        }
    }

    private static boolean has(JsonNode object, String finalizer) {
        for (JsonNode each : Json.at(object, "metadata.finalizers")) {
            if (each.asText().equals(finalizer)) {
                return true;
            }
        }
        return false;
    }

    private void release(Found owner, List<Found> owned) {
        String uid = Owners.uid(owner.object());
        boolean orphan = has(owner.object(), ORPHAN);
        boolean wait = false;
        for (Found each : owned) {
            for (JsonNode reference : Json.at(each.object(), "metadata.ownerReferences")) {
                if (!reference.path("uid").asText().equals(uid)) {
                    continue;
                }
                if (orphan) {
                    disown(each, uid);
                } else {
                    wait |= reference.path("blockOwnerDeletion").asBoolean();
                    if (!Pods.isDeleting(each.object())) {
                        delete(each, DeleteOptions.Propagation.FOREGROUND);
                    }
                }
            }
        }
        if (!wait) {
            ObjectNode next = owner.object().deepCopy();
            ArrayNode finalizers = Json.ensure(next, "metadata").withArray("finalizers");
            finalizers.removeIf(f -> f.asText().equals(orphan ? ORPHAN : FOREGROUND));
            api.update(owner.resource(), next);
        }
    }

    private void disown(Found each, String uid) {
        ObjectNode next = each.object().deepCopy();
        Json.ensure(next, "metadata")
                .withArray("ownerReferences")
                .removeIf(r -> r.path("uid").asText().equals(uid));
        api.update(each.resource(), next);
    }

    private void delete(Found each, DeleteOptions.Propagation propagation) {
        try {
            DeleteOptions options =
                    new DeleteOptions(java.util.OptionalLong.empty(), propagation, Owners.uid(each.object()));
            api.delete(each.resource(), ObjectName.of(each.object()), options);
        } catch (ApiException gone) {
            if (!gone.isNotFound() && !gone.isConflict()) {
                throw gone;
            }
        }
    }

    @Override
    public void close() {
        loop.close();
        watchers.values().forEach(Thread::interrupt);
    }
}
