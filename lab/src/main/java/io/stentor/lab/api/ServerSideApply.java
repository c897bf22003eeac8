package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException.Cause;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Server-side apply: each manager owns the fields it applied, in `metadata.managedFields`. A field that it no longer
/// applies and nobody else owns goes; one that another manager applied with another value is a conflict, unless forced.
///
/// Only what was applied is owned: fields written by update or patch belong to nobody, so that they never conflict.
final class ServerSideApply {

    /// Part of what names the object, never owned.
    private static final Set<String> IDENTITY = Set.of(
            "name",
            "namespace",
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "managedFields",
            "selfLink");

    private final Kind kind;
    private final String subresource;
    private final WriteOptions options;
    private final MergeShape shape;

    ServerSideApply(Kind kind, String subresource, WriteOptions options) {
        this.kind = kind;
        this.subresource = subresource;
        this.options = options;
        this.shape = MergeShape.of(kind);
    }

    /// The object that is created when there is none.
    ObjectNode first(ObjectNode wanted) {
        ObjectNode object = wanted.deepCopy();
        own(object, Json.array(), owned(wanted));
        return object;
    }

    /// @param live may be changed
    ObjectNode merge(ObjectNode live, ObjectNode wanted) {
        ObjectNode mine = owned(wanted);
        ArrayNode others = Json.array();
        ObjectNode before = Json.object();
        for (ObjectNode entry : Json.objects(Json.at(live, "metadata.managedFields"))) {
            boolean same = entry.path("manager").asText().equals(options.manager())
                    && entry.path("subresource").asText("").equals(subresource);
            if (same) {
                before = entry.path("fieldsV1").deepCopy();
            } else {
                others.add(entry.deepCopy());
            }
        }
        List<Cause> conflicts = new ArrayList<>();
        for (ObjectNode entry : Json.objects(others)) {
            List<String> found = new ArrayList<>();
            ObjectNode fields = Json.ensure(entry, "fieldsV1");
            contest(fields, mine, new Values(live, wanted, shape), "", found);
            found.forEach(path -> conflicts.add(new Cause(
                    "FieldManagerConflict",
                    path,
                    "conflict with \"" + entry.path("manager").asText() + "\"")));
        }
        if (!conflicts.isEmpty() && !options.force()) {
            throw conflict(conflicts);
        }
        ObjectNode gone = before;
        others.forEach(entry -> subtract(gone, entry.path("fieldsV1")));
        subtract(gone, mine);
        removeOwned(live, gone, shape);
        ObjectNode result = mergeObject(live, wanted, shape);
        own(result, others, mine);
        return result;
    }

    private ApiException conflict(List<Cause> conflicts) {
        ObjectNode details = Json.object();
        ArrayNode causes = details.putArray("causes");
        StringBuilder list = new StringBuilder();
        for (Cause cause : conflicts) {
            causes.addObject()
                    .put("reason", cause.reason())
                    .put("message", cause.message())
                    .put("field", cause.field());
            list.append(list.isEmpty() ? "" : ", ")
                    .append(cause.message())
                    .append(": ")
                    .append(cause.field());
        }
        String message =
                "Apply failed with " + conflicts.size() + (conflicts.size() == 1 ? " conflict: " : " conflicts: ");
        return new ApiException(409, "Conflict", message + list, details);
    }

    private void own(ObjectNode object, ArrayNode others, ObjectNode mine) {
        ArrayNode entries = Json.ensure(object, "metadata").putArray("managedFields");
        Json.objects(others).stream()
                .filter(entry -> !entry.path("fieldsV1").isEmpty())
                .forEach(entries::add);
        ObjectNode entry = entries.addObject()
                .put("manager", options.manager())
                .put("operation", "Apply")
                .put("apiVersion", kind.resource().apiVersion())
                .put("time", Metadata.time(Instant.now()))
                .put("fieldsType", "FieldsV1");
        entry.set("fieldsV1", mine);
        if (!subresource.isEmpty()) {
            entry.put("subresource", subresource);
        }
    }

    private ObjectNode owned(ObjectNode wanted) {
        ObjectNode set = fields(wanted, shape);
        set.remove(List.of("f:apiVersion", "f:kind"));
        if (set.get("f:metadata") instanceof ObjectNode metadata) {
            IDENTITY.forEach(name -> metadata.remove("f:" + name));
            if (metadata.isEmpty()) {
                set.remove("f:metadata");
            }
        }
        return set;
    }

    /// The set of fields in the form of `fieldsV1`: `f:` a field, `k:` an element by its key, `v:` a set's value.
    private static ObjectNode fields(JsonNode value, MergeShape shape) {
        ObjectNode set = Json.object();
        if (value.isObject() && !shape.isAtomicObject()) {
            value.properties().forEach(e -> set.set("f:" + e.getKey(), fields(e.getValue(), shape.field(e.getKey()))));
        } else if (value.isArray() && shape.isSet()) {
            value.forEach(e -> set.putObject("v:" + e));
        } else if (value.isArray() && !shape.keys().isEmpty()) {
            for (JsonNode element : value) {
                ObjectNode inner = fields(element, shape.element());
                inner.putObject(".");
                set.set("k:" + shape.keyOf(element), inner);
            }
        }
        return set;
    }

    private record Values(JsonNode live, JsonNode wanted, MergeShape shape) {

        Values child(String step) {
            if (step.startsWith("f:")) {
                String name = step.substring(2);
                return new Values(live.path(name), wanted.path(name), shape.field(name));
            }
            return new Values(element(live, step, shape), element(wanted, step, shape), shape.element());
        }
    }

    private static JsonNode element(JsonNode list, String step, MergeShape shape) {
        for (JsonNode element : list) {
            String name = shape.isSet() ? "v:" + element : "k:" + shape.keyOf(element);
            if (name.equals(step)) {
                return element;
            }
        }
        return Json.object().path("");
    }

    /// Takes from another's set what both own with different values, and says what that was.
    private static void contest(ObjectNode theirs, ObjectNode mine, Values values, String path, List<String> found) {
        for (var entry : List.copyOf(theirs.properties())) {
            String step = entry.getKey();
            if (!(mine.get(step) instanceof ObjectNode inner) || step.equals(".")) {
                continue;
            }
            Values here = values.child(step);
            String shown =
                    step.startsWith("f:") ? path + "." + step.substring(2) : path + "[" + step.substring(2) + "]";
            ObjectNode their = (ObjectNode) entry.getValue();
            if (their.isEmpty() || inner.isEmpty()) {
                if (!here.live().equals(here.wanted())) {
                    found.add(shown);
                    theirs.remove(step);
                }
            } else {
                contest(their, inner, here, shown, found);
                // An empty set of fields would mean the whole field.
                if (their.isEmpty()) {
                    theirs.remove(step);
                }
            }
        }
    }

    private static void subtract(ObjectNode set, JsonNode other) {
        for (var entry : List.copyOf(set.properties())) {
            JsonNode theirs = other.path(entry.getKey());
            if (theirs.isMissingNode()) {
                continue;
            }
            ObjectNode inner = (ObjectNode) entry.getValue();
            subtract(inner, theirs);
            if (inner.isEmpty()) {
                set.remove(entry.getKey());
            }
        }
    }

    /// Removes the leaves of a set from an object.
    private static void removeOwned(JsonNode value, ObjectNode set, MergeShape shape) {
        for (var entry : set.properties()) {
            String step = entry.getKey();
            ObjectNode inner = (ObjectNode) entry.getValue();
            if (step.startsWith("f:") && value instanceof ObjectNode object) {
                String name = step.substring(2);
                if (inner.isEmpty()) {
                    object.remove(name);
                } else {
                    removeOwned(object.path(name), inner, shape.field(name));
                }
            } else if (value instanceof ArrayNode array && !step.equals(".")) {
                JsonNode element = element(array, step, shape);
                if (inner.isEmpty() || inner.has(".")) {
                    array.removeIf(e -> e.equals(element));
                } else {
                    removeOwned(element, inner, shape.element());
                }
            }
        }
    }

    private static ObjectNode mergeObject(ObjectNode live, ObjectNode wanted, MergeShape shape) {
        for (var entry : wanted.properties()) {
            live.set(
                    entry.getKey(),
                    mergeValue(live.path(entry.getKey()), entry.getValue(), shape.field(entry.getKey())));
        }
        return live;
    }

    private static JsonNode mergeValue(JsonNode live, JsonNode wanted, MergeShape shape) {
        if (live instanceof ObjectNode object && wanted instanceof ObjectNode fields && !shape.isAtomicObject()) {
            return mergeObject(object, fields, shape);
        }
        if (!(live instanceof ArrayNode array)
                || !wanted.isArray()
                || (!shape.isSet() && shape.keys().isEmpty())) {
            return wanted.deepCopy();
        }
        for (JsonNode element : wanted) {
            int at = -1;
            for (int i = 0; i < array.size(); i++) {
                boolean same = shape.isSet()
                        ? array.get(i).equals(element)
                        : shape.keyOf(array.get(i)).equals(shape.keyOf(element));
                at = same ? i : at;
            }
            if (at < 0) {
                array.add(element.deepCopy());
            } else {
                array.set(at, mergeValue(array.get(at), element, shape.element()));
            }
        }
        return array;
    }
}
