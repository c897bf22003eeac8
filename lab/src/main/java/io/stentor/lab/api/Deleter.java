package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;

/// Deletes objects, at once or in the steps that finalizers and a pod's grace period make of it.
final class Deleter {

    static final String FOREGROUND = "foregroundDeletion";
    static final String ORPHAN = "orphan";

    private final Store store;
    private final Registry registry;

    Deleter(Store store, Registry registry) {
        this.store = store;
        this.registry = registry;
    }

    /// @param gone   whether it has been removed; otherwise it waits with a deletion timestamp
    record Outcome(ObjectNode object, boolean gone) {}

    Outcome delete(Kind kind, ObjectName name, DeleteOptions options, boolean dryRun) {
        return store.locked(() -> {
            ObjectNode old = registry.stored(kind, name);
            String uid = Json.text(old, "metadata.uid");
            if (!options.uid().isEmpty() && !options.uid().equals(uid)) {
                String why =
                        "Precondition failed: UID in precondition: " + options.uid() + ", UID in object meta: " + uid;
                throw ApiException.conflict(kind.resource(), name.name(), why);
            }
            ObjectNode next = old.deepCopy();
            ObjectNode metadata = Json.ensure(next, "metadata");
            boolean deleting = metadata.has("deletionTimestamp");
            finalizers(metadata, options);
            long grace = kind.resource().equals(Resource.PODS) ? grace(old, options) : 0;
            if (!deleting || grace < metadata.path("deletionGracePeriodSeconds").asLong()) {
                metadata.put("deletionTimestamp", Metadata.time(Instant.now().plusSeconds(grace)));
                metadata.put("deletionGracePeriodSeconds", grace);
                if (metadata.has("generation") && !deleting) {
                    metadata.put("generation", metadata.path("generation").asLong() + 1);
                }
            }
            if (kind.resource().equals(Resource.NAMESPACES)) {
                Json.ensure(next, "status").put("phase", "Terminating");
            }
            if (isDone(next)) {
                if (!dryRun) {
                    registry.remove(kind, name);
                }
                return new Outcome(old, true);
            }
            if (!dryRun && !next.equals(old)) {
                store.table(kind.table()).put(name, next);
                registry.noticed(kind);
            }
            return new Outcome(next, false);
        });
    }

    /// Whether an object is to be removed: it is being deleted, and nobody holds it any more.
    static boolean isDone(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        return metadata.has("deletionTimestamp")
                && metadata.path("deletionGracePeriodSeconds").asLong() == 0
                && metadata.path("finalizers").isEmpty()
                && Json.at(object, "spec.finalizers").isEmpty();
    }

    private static void finalizers(ObjectNode metadata, DeleteOptions options) {
        Set<String> names = new LinkedHashSet<>();
        metadata.path("finalizers").forEach(f -> names.add(f.asText()));
        boolean changed = switch (options.propagation()) {
            case FOREGROUND -> names.add(FOREGROUND);
            case ORPHAN -> names.add(ORPHAN);
            case BACKGROUND -> false;
        };
        if (changed) {
            ArrayNode array = metadata.putArray("finalizers");
            names.forEach(array::add);
        }
    }

    private static long grace(ObjectNode pod, DeleteOptions options) {
        String phase = Json.text(pod, "status.phase");
        if (Json.text(pod, "spec.nodeName").isEmpty() || phase.equals("Succeeded") || phase.equals("Failed")) {
            return 0;
        }
        long present = Json.at(pod, "metadata.deletionGracePeriodSeconds").asLong(Long.MAX_VALUE);
        long own = Json.at(pod, "spec.terminationGracePeriodSeconds").asLong(30);
        return Math.min(present, Math.max(0, options.graceSeconds().orElse(Math.min(present, own))));
    }
}
