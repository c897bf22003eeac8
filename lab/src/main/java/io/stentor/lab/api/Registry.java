package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// The API's objects and kinds, without HTTP.
final class Registry implements ServerObjects {

    private final Store store;
    private final Writer writer;
    private final Deleter deleter;
    private volatile Kinds kinds;

    Registry(Store store, Kinds kinds) {
        this.store = store;
        this.kinds = kinds;
        this.writer = new Writer(store, this);
        this.deleter = new Deleter(store, this);
    }

    Kinds kindTable() {
        return kinds;
    }

    @Override
    public List<ServedKind> kinds() {
        Map<String, ServedKind> served = new LinkedHashMap<>();
        kinds.all().stream()
                .sorted(Comparator.comparing(k -> k.resource().version(), VersionOrder.PREFERRED_FIRST))
                .forEach(k -> served.putIfAbsent(
                        k.resource().qualified(),
                        new ServedKind(k.resource(), k.names().kind(), k.shape().namespaced())));
        return List.copyOf(served.values());
    }

    Store store() {
        return store;
    }

    Writer writer() {
        return writer;
    }

    Deleter deleter() {
        return deleter;
    }

    /// The object as it is kept.
    ///
    /// @throws ApiException 404
    ObjectNode stored(Kind kind, ObjectName name) {
        return store.table(kind.table())
                .get(name)
                .orElseThrow(() -> ApiException.notFound(kind.resource(), name.name()));
    }

    /// A kept object in the version of a kind.
    ObjectNode render(Kind kind, ObjectNode object) {
        String wanted = kind.resource().apiVersion();
        if (object.path("apiVersion").asText().equals(wanted)) {
            return object;
        }
        ObjectNode copy = kind.sharesCoreEvents()
                ? EventForms.ofCore(object)
                : Json.object().setAll(object);
        return copy.put("apiVersion", wanted);
    }

    /// @throws ApiException when the namespace, or the kind's definition, is not there or going
    void requireRoomFor(Kind kind, String namespace) {
        if (kind.isCustom()) {
            ObjectName definition = new ObjectName("", kind.resource().qualified());
            Optional<ObjectNode> found = store.table(Resource.CRDS.qualified()).get(definition);
            if (found.filter(d -> d.path("metadata").has("deletionTimestamp")).isPresent()) {
                throw ApiException.methodNotAllowed(
                        "create not allowed while custom resource definition is terminating");
            }
        }
        if (!kind.shape().namespaced()) {
            return;
        }
        if (namespace.isEmpty()) {
            throw ApiException.badRequest("the namespace is missing");
        }
        ObjectNode found = store.table(Resource.NAMESPACES.qualified())
                .get(new ObjectName("", namespace))
                .orElseThrow(() -> ApiException.notFound(Resource.NAMESPACES, namespace));
        if (found.path("metadata").has("deletionTimestamp")) {
            String why = "unable to create new content in namespace " + namespace + " because it is being terminated";
            throw ApiException.forbidden(kind.resource(), namespace, why);
        }
    }

    void remove(Kind kind, ObjectName name) {
        store.table(kind.table()).remove(name);
        if (kind.resource().equals(Resource.CRDS)) {
            store.drop(name.name());
        }
        noticed(kind);
    }

    /// To be called after each change of an object of this kind.
    void noticed(Kind kind) {
        if (kind.resource().equals(Resource.CRDS)) {
            kinds = kinds.withCustom(
                    store.table(Resource.CRDS.qualified()).snapshot().objects().values());
        }
    }

    /// @throws ApiException 400 for a selector that cannot be read
    static Predicate<ObjectNode> predicate(Kind kind, Selection selection) {
        LabelSelector labels = LabelSelector.parse(selection.labelSelector());
        FieldSelector fields = FieldSelector.parse(selection.fieldSelector(), kind);
        String namespace = selection.namespace();
        return object -> (namespace.isEmpty() || namespace.equals(Json.text(object, "metadata.namespace")))
                && labels.matches(Json.at(object, "metadata.labels"))
                && fields.matches(object);
    }

    @Override
    public Optional<ObjectNode> find(Resource resource, ObjectName name) {
        Kind kind = kinds.get(resource);
        return store.table(kind.table()).get(name).map(o -> render(kind, o));
    }

    @Override
    public ObjectNode get(Resource resource, ObjectName name) {
        return find(resource, name).orElseThrow(() -> ApiException.notFound(resource, name.name()));
    }

    @Override
    public ObjectList list(Resource resource, Selection selection) {
        Kind kind = kinds.get(resource);
        Predicate<ObjectNode> wanted = predicate(kind, selection);
        Table.Snapshot snapshot = store.table(kind.table()).snapshot();
        List<ObjectNode> items = snapshot.objects().values().stream()
                .map(o -> render(kind, o))
                .filter(wanted)
                .toList();
        return new ObjectList(items, Long.toString(snapshot.revision()));
    }

    @Override
    public TableWatch watch(Resource resource, Selection selection, String resourceVersion) {
        Kind kind = kinds.get(resource);
        Predicate<ObjectNode> wanted = predicate(kind, selection);
        Table table = store.table(kind.table());
        return resourceVersion.isEmpty() || resourceVersion.equals("0")
                ? TableWatch.fromStart(table, wanted, o -> render(kind, o))
                : new TableWatch(table, revision(resourceVersion), wanted, o -> render(kind, o));
    }

    /// @throws ApiException 400 when it is no revision
    static long revision(String resourceVersion) {
        try {
            return Long.parseLong(resourceVersion);
        } catch (NumberFormatException malformed) {
            throw ApiException.badRequest("resourceVersion: Invalid value: \"" + resourceVersion + "\"");
        }
    }

    @Override
    public ObjectNode create(Resource resource, ObjectNode object) {
        Kind kind = kinds.get(resource);
        return render(kind, writer.create(kind, object, WriteOptions.plain()));
    }

    @Override
    public ObjectNode update(Resource resource, ObjectNode object) {
        return replace(resource, object, "");
    }

    @Override
    public ObjectNode updateStatus(Resource resource, ObjectNode object) {
        return replace(resource, object, "status");
    }

    private ObjectNode replace(Resource resource, ObjectNode object, String subresource) {
        Kind kind = kinds.get(resource);
        ObjectName name = ObjectName.of(object);
        return render(kind, writer.update(kind, name, subresource, old -> object, WriteOptions.plain()));
    }

    @Override
    public ObjectNode mergePatch(Resource resource, ObjectName name, String subresource, JsonNode patch) {
        Kind kind = kinds.get(resource);
        if (subresource.equals("scale")) {
            return Scales.update(this, kind, name, old -> merged(old, patch), WriteOptions.plain());
        }
        if (subresource.equals("finalize")) {
            return finalizeNamespace(name, old -> merged(old, patch));
        }
        return render(kind, writer.update(kind, name, subresource, old -> merged(old, patch), WriteOptions.plain()));
    }

    /// Changes a namespace's own finalizers; it goes when the last one goes.
    ObjectNode finalizeNamespace(ObjectName name, UnaryOperator<ObjectNode> change) {
        Kind kind = kinds.get(Resource.NAMESPACES);
        return store.locked(() -> {
            ObjectNode next = stored(kind, name).deepCopy();
            JsonNode finalizers = Json.at(change.apply(next.deepCopy()), "spec.finalizers");
            Json.ensure(next, "spec").set("finalizers", finalizers.isArray() ? finalizers.deepCopy() : Json.array());
            if (Deleter.isDone(next)) {
                remove(kind, name);
            } else {
                store.table(kind.table()).put(name, next);
            }
            return next;
        });
    }

    private static ObjectNode merged(ObjectNode old, JsonNode patch) {
        return JsonMergePatch.apply(old, patch) instanceof ObjectNode object ? object : Json.object();
    }

    @Override
    public void delete(Resource resource, ObjectName name, DeleteOptions options) {
        deleter.delete(kinds.get(resource), name, options, false);
    }

    @Override
    public void bind(ObjectName pod, String node) {
        Kind kind = kinds.get(Resource.PODS);
        store.locked(() -> {
            ObjectNode next = stored(kind, pod).deepCopy();
            ObjectNode spec = Json.ensure(next, "spec");
            if (next.path("metadata").has("deletionTimestamp")
                    || !spec.path("nodeName").asText("").isEmpty()) {
                String why = "pod " + pod.name() + " is being deleted or is already assigned to node \""
                        + spec.path("nodeName").asText("") + "\"";
                throw ApiException.conflict(new Resource("", "v1", "pods/binding"), pod.name(), why);
            }
            spec.put("nodeName", node);
            ArrayNode conditions = Json.ensure(next, "status").withArray("conditions");
            conditions.removeIf(c -> c.path("type").asText().equals("PodScheduled"));
            conditions
                    .addObject()
                    .put("type", "PodScheduled")
                    .put("status", "True")
                    .put("lastTransitionTime", Metadata.time(Instant.now()));
            store.table(kind.table()).put(pod, next);
            return next;
        });
    }
}
