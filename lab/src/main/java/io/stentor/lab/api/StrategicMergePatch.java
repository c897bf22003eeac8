package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.TypeTable.Field;
import io.stentor.lab.api.TypeTable.FieldType;
import io.stentor.lab.api.TypeTable.ListOf;
import io.stentor.lab.api.TypeTable.MapOf;
import io.stentor.lab.api.TypeTable.Ref;
import io.stentor.lab.api.TypeTable.Scalar;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Kubernetes' strategic merge patch: a merge patch that knows which lists are merged by a key.
///
/// Directives: `$patch: replace|delete|merge` in an object or as a list element, `$retainKeys`,
/// `$deleteFromPrimitiveList/FIELD`, `$setElementOrder/FIELD`.
/// Described in kubernetes/community, contributors/devel/sig-api-machinery/strategic-merge-patch.md.
final class StrategicMergePatch {

    private static final String DIRECTIVE = "$patch";
    private static final String RETAIN = "$retainKeys";
    private static final String DELETE_VALUES = "$deleteFromPrimitiveList/";
    private static final String ORDER = "$setElementOrder/";

    private StrategicMergePatch() {}

    /// @param type   the object's name in [TypeTable]
    /// @param target may be changed
    static ObjectNode apply(String type, ObjectNode target, ObjectNode patch) {
        return merge(new Ref(type), target, patch);
    }

    private static ObjectNode merge(FieldType type, ObjectNode target, ObjectNode patch) {
        switch (patch.path(DIRECTIVE).asText("")) {
            case "replace" -> {
                ObjectNode whole = patch.deepCopy();
                whole.remove(DIRECTIVE);
                return whole;
            }
            case "delete" -> {
                return Json.object();
            }
            default -> {
                // "merge" and none are the same.
            }
        }
        if (patch.has(RETAIN)) {
            Set<String> kept = new HashSet<>();
            patch.get(RETAIN).forEach(k -> kept.add(k.asText()));
            target.retain(kept);
        }
        for (Map.Entry<String, JsonNode> entry : patch.properties()) {
            String name = entry.getKey();
            if (name.startsWith(DELETE_VALUES)) {
                String field = name.substring(DELETE_VALUES.length());
                if (target.get(field) instanceof ArrayNode array) {
                    array.removeIf(value -> contains(entry.getValue(), value));
                }
            } else if (!name.startsWith("$")) {
                field(type, target, name, entry.getValue());
            }
        }
        for (Map.Entry<String, JsonNode> entry : patch.properties()) {
            if (entry.getKey().startsWith(ORDER)) {
                String field = entry.getKey().substring(ORDER.length());
                if (target.get(field) instanceof ArrayNode array) {
                    order(keyOf(fieldType(type, field)), array, entry.getValue());
                }
            }
        }
        return target;
    }

    private static void field(FieldType type, ObjectNode target, String name, JsonNode value) {
        FieldType fieldType = fieldType(type, name);
        if (value.isNull()) {
            target.remove(name);
        } else if (value instanceof ObjectNode patch) {
            ObjectNode present = target.get(name) instanceof ObjectNode object ? object : Json.object();
            boolean delete = patch.path(DIRECTIVE).asText("").equals("delete");
            ObjectNode merged = merge(fieldType, present, patch);
            if (delete) {
                target.remove(name);
            } else {
                target.set(name, merged);
            }
        } else if (value instanceof ArrayNode patch
                && fieldType instanceof ListOf list
                && (list.set() || !list.keys().isEmpty())) {
            ArrayNode present = target.get(name) instanceof ArrayNode array ? array : Json.array();
            target.set(name, list.set() ? union(present, patch) : mergeList(list, present, patch));
        } else {
            target.set(name, value.deepCopy());
        }
    }

    private static FieldType fieldType(FieldType type, String name) {
        return switch (type) {
            case Ref ref -> {
                Field field = TypeTable.BUILTIN.fields(ref.name()).get(name);
                yield field == null ? Scalar.ANY : field.type();
            }
            case MapOf map -> map.value();
            case ListOf list -> Scalar.ANY;
            case Scalar scalar -> Scalar.ANY;
        };
    }

    private static String keyOf(FieldType type) {
        return type instanceof ListOf list && !list.keys().isEmpty()
                ? list.keys().getFirst()
                : "";
    }

    private static ArrayNode union(ArrayNode present, ArrayNode patch) {
        for (JsonNode value : patch) {
            if (!contains(present, value)) {
                present.add(value);
            }
        }
        return present;
    }

    private static ArrayNode mergeList(ListOf list, ArrayNode present, ArrayNode patch) {
        String key = list.keys().getFirst();
        ArrayNode result = present;
        for (JsonNode element : patch) {
            if (element.path(DIRECTIVE).asText("").equals("replace")) {
                result = Json.array();
            }
        }
        for (JsonNode element : patch) {
            if (!(element instanceof ObjectNode fields)) {
                throw ApiException.badRequest("a list of objects cannot be merged with " + element);
            }
            if (fields.size() == 1 && fields.path(DIRECTIVE).asText("").equals("replace")) {
                continue;
            }
            if (!fields.has(key)) {
                throw ApiException.badRequest("map: " + element + " does not contain declared merge key: " + key);
            }
            int at = find(result, key, fields.get(key));
            if (fields.path(DIRECTIVE).asText("").equals("delete")) {
                if (at >= 0) {
                    result.remove(at);
                }
            } else if (at < 0) {
                result.add(merge(list.element(), Json.object(), fields));
            } else {
                result.set(at, merge(list.element(), (ObjectNode) result.get(at), fields));
            }
        }
        return result;
    }

    private static int find(ArrayNode array, String key, JsonNode value) {
        for (int i = 0; i < array.size(); i++) {
            if (array.get(i).isObject() && array.get(i).path(key).equals(value)) {
                return i;
            }
        }
        return -1;
    }

    /// Puts the elements that the patch names into its order; others keep their place behind the one before them.
    private static void order(String key, ArrayNode array, JsonNode wanted) {
        List<JsonNode> named = new ArrayList<>();
        for (JsonNode want : wanted) {
            for (JsonNode element : array) {
                boolean same =
                        key.isEmpty() ? element.equals(want) : element.path(key).equals(want.path(key));
                if (same) {
                    named.add(element);
                    break;
                }
            }
        }
        List<JsonNode> result = new ArrayList<>(named);
        int after = -1;
        for (JsonNode element : array) {
            int at = identity(result, element);
            if (at >= 0) {
                after = at;
            } else {
                after++;
                result.add(Math.min(after, result.size()), element);
            }
        }
        array.removeAll();
        array.addAll(result);
    }

    @SuppressWarnings("ReferenceEquality") // The lists share their elements.
    private static int identity(List<JsonNode> list, JsonNode element) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i) == element) {
                return i;
            }
        }
        return -1;
    }

    private static boolean contains(JsonNode array, JsonNode value) {
        for (JsonNode each : array) {
            if (each.equals(value)) {
                return true;
            }
        }
        return false;
    }
}
