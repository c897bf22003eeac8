package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a structural schema does to an object before it is judged: unknown fields go, defaults come.
final class SchemaShape {

    private static final Set<String> EVERY_OBJECT = Set.of("apiVersion", "kind", "metadata");

    private SchemaShape() {}

    /// @return paths of what was removed
    static List<String> prune(JsonNode schema, ObjectNode object) {
        List<String> removed = new ArrayList<>();
        prune(schema, object, "", true, removed);
        return removed;
    }

    private static void prune(JsonNode schema, JsonNode value, String path, boolean resource, List<String> removed) {
        if (value instanceof ObjectNode object) {
            pruneFields(schema, object, path, resource, removed);
        } else if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                prune(
                        schema.path("items"),
                        value.get(i),
                        path + "[" + i + "]",
                        isResource(schema.path("items")),
                        removed);
            }
        }
    }

    private static void pruneFields(
            JsonNode schema, ObjectNode object, String path, boolean resource, List<String> removed) {
        boolean keepUnknown =
                schema.path("x-kubernetes-preserve-unknown-fields").asBoolean();
        JsonNode additional = schema.path("additionalProperties");
        Iterator<Map.Entry<String, JsonNode>> fields = object.properties().iterator();
        while (fields.hasNext()) {
            Map.Entry<String, JsonNode> field = fields.next();
            String here = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
            JsonNode property = schema.path("properties").path(field.getKey());
            if (resource && EVERY_OBJECT.contains(field.getKey())) {
                continue;
            }
            if (property.isObject()) {
                prune(property, field.getValue(), here, isResource(property), removed);
            } else if (additional.isObject()) {
                prune(additional, field.getValue(), here, isResource(additional), removed);
            } else if (!keepUnknown && !additional.asBoolean(false)) {
                removed.add(here);
                fields.remove();
            }
        }
    }

    private static boolean isResource(JsonNode schema) {
        return schema.path("x-kubernetes-embedded-resource").asBoolean();
    }

    static void fillDefaults(JsonNode schema, JsonNode value) {
        if (value instanceof ObjectNode object) {
            for (var property : schema.path("properties").properties()) {
                JsonNode here = object.path(property.getKey());
                JsonNode standard = property.getValue().path("default");
                boolean unsetNull =
                        here.isNull() && !property.getValue().path("nullable").asBoolean();
                if ((here.isMissingNode() || unsetNull) && !standard.isMissingNode()) {
                    object.set(property.getKey(), standard.deepCopy());
                } else if (unsetNull) {
                    object.remove(property.getKey());
                }
                fillDefaults(property.getValue(), object.path(property.getKey()));
            }
            JsonNode additional = schema.path("additionalProperties");
            if (additional.isObject()) {
                for (var field : object.properties()) {
                    if (!schema.path("properties").has(field.getKey())) {
                        fillDefaults(additional, field.getValue());
                    }
                }
            }
        } else if (value.isArray()) {
            value.forEach(element -> fillDefaults(schema.path("items"), element));
        }
    }
}
