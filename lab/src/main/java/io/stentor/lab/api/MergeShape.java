package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.TypeTable.Field;
import io.stentor.lab.api.TypeTable.FieldType;
import io.stentor.lab.api.TypeTable.ListOf;
import io.stentor.lab.api.TypeTable.MapOf;
import io.stentor.lab.api.TypeTable.Ref;
import io.stentor.lab.api.TypeTable.Scalar;
import java.util.ArrayList;
import java.util.List;

/// How a field is merged by server-side apply, from the built-in types or from a definition's schema.
sealed interface MergeShape {

    record Typed(FieldType type) implements MergeShape {}

    record Schema(JsonNode schema) implements MergeShape {}

    static MergeShape of(Kind kind) {
        return switch (kind.rules()) {
            case BuiltinRules rules -> new Typed(new Ref(rules.type()));
            case CustomRules rules -> new Schema(rules.schema());
            default -> new Typed(Scalar.ANY);
        };
    }

    default MergeShape field(String name) {
        return switch (this) {
            case Typed typed -> {
                FieldType type = typed.type();
                if (type instanceof Ref ref) {
                    Field field = TypeTable.BUILTIN.fields(ref.name()).get(name);
                    yield new Typed(field == null ? Scalar.ANY : field.type());
                }
                yield new Typed(type instanceof MapOf map ? map.value() : Scalar.ANY);
            }
            case Schema schema -> {
                if (name.equals("metadata")
                        && !schema.schema().path("properties").has("metadata")) {
                    yield new Typed(new Ref("ObjectMeta"));
                }
                JsonNode property = schema.schema().path("properties").path(name);
                yield new Schema(
                        property.isObject() ? property : schema.schema().path("additionalProperties"));
            }
        };
    }

    default MergeShape element() {
        return switch (this) {
            case Typed typed -> new Typed(typed.type() instanceof ListOf list ? list.element() : Scalar.ANY);
            case Schema schema -> new Schema(schema.schema().path("items"));
        };
    }

    /// Replaced whole when it is an object.
    default boolean isAtomicObject() {
        return this instanceof Schema schema
                && schema.schema().path("x-kubernetes-map-type").asText().equals("atomic");
    }

    default boolean isSet() {
        return switch (this) {
            case Typed typed -> typed.type() instanceof ListOf list && list.set();
            case Schema schema ->
                schema.schema().path("x-kubernetes-list-type").asText().equals("set");
        };
    }

    /// The fields that tell a list's elements apart; none when the list is no map.
    default List<String> keys() {
        return switch (this) {
            case Typed typed -> typed.type() instanceof ListOf list ? list.keys() : List.of();
            case Schema schema -> {
                List<String> keys = new ArrayList<>();
                if (schema.schema().path("x-kubernetes-list-type").asText().equals("map")) {
                    schema.schema().path("x-kubernetes-list-map-keys").forEach(k -> keys.add(k.asText()));
                }
                yield keys;
            }
        };
    }

    /// An element's key, with the values that its fields have when they are left out.
    default ObjectNode keyOf(JsonNode element) {
        ObjectNode key = Json.object();
        for (String name : keys()) {
            JsonNode value = element.path(name);
            if (!value.isMissingNode()) {
                key.set(name, value);
            } else if (name.equals("protocol")) {
                key.put(name, "TCP");
            } else if (this instanceof Schema schema) {
                JsonNode standard = schema.schema().at("/items/properties/" + name + "/default");
                if (!standard.isMissingNode()) {
                    key.set(name, standard);
                }
            }
        }
        return key;
    }
}
