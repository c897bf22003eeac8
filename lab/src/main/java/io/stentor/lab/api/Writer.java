package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Creates and changes objects by the rules that hold for all kinds: metadata, status apart, generations, conflicts.
///
/// Each write happens whole under the store's lock, so a change function sees the object that it replaces.
final class Writer {

    /// Groups whose objects count the changes of what they ask for.
    private static final Set<String> GENERATIONS =
            Set.of("apps", "networking.k8s.io", "policy", "discovery.k8s.io", "apiextensions.k8s.io");

    private final Store store;
    private final Registry registry;

    Writer(Store store, Registry registry) {
        this.store = store;
        this.registry = registry;
    }

    ObjectNode create(Kind kind, ObjectNode object, WriteOptions options) {
        requireKind(kind, object);
        return store.locked(() -> {
            ObjectNode metadata = Json.ensure(object, "metadata");
            String namespace = metadata.path("namespace").asText("");
            registry.requireRoomFor(kind, namespace);
            Metadata.begin(metadata);
            if (!kind.shape().namespaced()) {
                metadata.remove("namespace");
            }
            // A kubelet registers its Node with its status; all others begin without one.
            if (kind.shape().status() && !kind.resource().equals(Resource.NODES)) {
                object.remove("status");
            }
            if (countsGenerations(kind)) {
                metadata.put("generation", 1);
            }
            prepare(kind, object, null, options);
            ObjectName name = ObjectName.of(object);
            Table table = store.table(kind.table());
            if (table.get(name).isPresent()) {
                throw ApiException.alreadyExists(kind.resource(), name.name());
            }
            commit(kind, name, object, options);
            return object;
        });
    }

    /// @param subresource "" or `status`: which half of the object the change may touch
    /// @param change      makes the new object from (a copy of) the present one
    ObjectNode update(
            Kind kind, ObjectName name, String subresource, UnaryOperator<ObjectNode> change, WriteOptions options) {
        return store.locked(() -> {
            ObjectNode old = registry.render(kind, registry.stored(kind, name));
            ObjectNode asked = change.apply(old.deepCopy());
            requireKind(kind, asked);
            ObjectNode metadata = Json.ensure(asked, "metadata");
            requireSame(kind, name, metadata, old);
            ObjectNode next;
            if (subresource.equals("status")) {
                next = old.deepCopy();
                replace(next, asked, "status");
            } else {
                next = asked;
                if (kind.shape().status()) {
                    replace(next, old, "status");
                }
                Metadata.carry(metadata, old.path("metadata"));
            }
            prepare(kind, next, old, options);
            if (sameBut(next, old, "metadata.resourceVersion")) {
                return old;
            }
            if (countsGenerations(kind) && !sameBut(next, old, "metadata", "status")) {
                Json.ensure(next, "metadata")
                        .put("generation", Json.at(old, "metadata.generation").asLong(0) + 1);
            }
            if (Deleter.isDone(next)) {
                if (!options.dryRun()) {
                    registry.remove(kind, name);
                }
            } else {
                commit(kind, name, next, options);
            }
            return next;
        });
    }

    private static void requireKind(Kind kind, ObjectNode object) {
        String apiVersion = object.path("apiVersion").asText(kind.resource().apiVersion());
        String named = object.path("kind").asText(kind.names().kind());
        if (!apiVersion.equals(kind.resource().apiVersion())
                || !named.equals(kind.names().kind())) {
            throw ApiException.badRequest("the object is a " + apiVersion + " " + named + ", the path is for a "
                    + kind.resource().apiVersion() + " " + kind.names().kind());
        }
        object.put("apiVersion", kind.resource().apiVersion());
        object.put("kind", kind.names().kind());
    }

    private static void requireSame(Kind kind, ObjectName name, ObjectNode metadata, JsonNode old) {
        String asked = metadata.path("name").asText(name.name());
        if (!asked.equals(name.name())) {
            throw ApiException.badRequest(
                    "the name of the object (" + asked + ") does not match the name on the URL (" + name.name() + ")");
        }
        String uid = metadata.path("uid").asText("");
        String present = Json.text(old, "metadata.uid");
        if (!uid.isEmpty() && !uid.equals(present)) {
            String why = "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + present;
            throw ApiException.conflict(kind.resource(), name.name(), why);
        }
        String version = metadata.path("resourceVersion").asText("");
        if (!version.isEmpty() && !version.equals(Json.text(old, "metadata.resourceVersion"))) {
            String why = "the object has been modified; please apply your changes to the latest version and try again";
            throw ApiException.conflict(kind.resource(), name.name(), why);
        }
        metadata.put("name", name.name());
        if (!name.namespace().isEmpty()) {
            metadata.put("namespace", name.namespace());
        }
        metadata.set("resourceVersion", Json.at(old, "metadata.resourceVersion"));
    }

    private static void replace(ObjectNode target, JsonNode source, String field) {
        JsonNode value = source.path(field);
        if (value.isMissingNode()) {
            target.remove(field);
        } else {
            target.set(field, value.deepCopy());
        }
    }

    private void prepare(Kind kind, ObjectNode object, @Nullable ObjectNode old, WriteOptions options) {
        List<String> unknown;
        String what = kind.names().kind() + " in version \"" + kind.resource().version() + "\" cannot be handled as a "
                + kind.names().kind() + ": ";
        try {
            unknown = kind.rules().prune(object);
        } catch (TypeCheck.MismatchException mismatch) {
            throw ApiException.badRequest(what + mismatch.getMessage());
        }
        List<String> sentences =
                unknown.stream().map(field -> "unknown field \"" + field + "\"").toList();
        switch (options.validation()) {
            case STRICT -> {
                if (!sentences.isEmpty()) {
                    throw ApiException.badRequest(what + "strict decoding error: " + String.join(", ", sentences));
                }
            }
            case WARN -> options.warnings().addAll(sentences);
            case IGNORE -> {
                // The fields are gone, and nobody wanted to hear of it.
            }
        }
        Json.normalize(object);
        Metadata.tidy(Json.ensure(object, "metadata"));
        kind.rules().complete(object, old);
        List<Cause> causes = new ArrayList<>();
        Metadata.validate(kind, object.path("metadata"), causes);
        kind.rules().validate(object, old, causes);
        if (!causes.isEmpty()) {
            throw ApiException.invalid(kind.qualifiedKind(), Json.text(object, "metadata.name"), causes);
        }
    }

    private void commit(Kind kind, ObjectName name, ObjectNode object, WriteOptions options) {
        if (options.dryRun()) {
            return;
        }
        String group = kind.sharesCoreEvents() ? "" : kind.resource().group();
        String apiVersion = new Resource(group, kind.shape().storageVersion(), "").apiVersion();
        ObjectNode kept = kind.sharesCoreEvents() ? EventForms.toCore(object) : object;
        kept.put("apiVersion", apiVersion);
        store.table(kind.table()).put(name, kept);
        registry.noticed(kind);
    }

    private static boolean countsGenerations(Kind kind) {
        return kind.isCustom() || GENERATIONS.contains(kind.resource().group());
    }

    private static boolean sameBut(ObjectNode a, ObjectNode b, String... paths) {
        ObjectNode left = a.deepCopy();
        ObjectNode right = b.deepCopy();
        for (String path : paths) {
            int dot = path.indexOf('.');
            if (dot < 0) {
                left.remove(path);
                right.remove(path);
            } else {
                Json.ensure(left, path.substring(0, dot)).remove(path.substring(dot + 1));
                Json.ensure(right, path.substring(0, dot)).remove(path.substring(dot + 1));
            }
        }
        return left.equals(right);
    }
}
