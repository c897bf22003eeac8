package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException.Cause;
import io.stentor.lab.api.TypeTable.Field;
import io.stentor.lab.api.TypeTable.FieldType;
import io.stentor.lab.api.TypeTable.ListOf;
import io.stentor.lab.api.TypeTable.MapOf;
import io.stentor.lab.api.TypeTable.Ref;
import io.stentor.lab.api.TypeTable.Scalar;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// Checks an object against [TypeTable]: removes unknown fields and nulls, refuses wrong types, finds what is missing.
final class TypeCheck {

    private final TypeTable types;
    private final List<String> unknown = new ArrayList<>();

    TypeCheck(TypeTable types) {
        this.types = types;
    }

    /// @return paths of the fields that were removed
    /// @throws MismatchException with the place of a value of the wrong type
    List<String> prune(String type, ObjectNode object) {
        object(type, object, "");
        return unknown;
    }

    /// A value of the wrong type.
    static final class MismatchException extends RuntimeException {

        private static final long serialVersionUID = 1;

        MismatchException(String message) {
            super(message);
        }
    }

    private void object(String type, ObjectNode object, String path) {
        Map<String, Field> fields = types.fields(type);
        Iterator<Map.Entry<String, JsonNode>> entries = object.properties().iterator();
        while (entries.hasNext()) {
            Map.Entry<String, JsonNode> entry = entries.next();
            String here = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
            Field field = fields.get(entry.getKey());
            if (field == null) {
                unknown.add(here);
                entries.remove();
            } else if (entry.getValue().isNull()) {
                entries.remove();
            } else {
                value(field.type(), entry.getValue(), here);
            }
        }
    }

    private void value(FieldType type, JsonNode value, String path) {
        switch (type) {
            case Ref ref -> object(ref.name(), expect(value, ObjectNode.class, "an object", path), path);
            case MapOf map -> {
                for (var entry :
                        expect(value, ObjectNode.class, "an object", path).properties()) {
                    if (!entry.getValue().isNull()) {
                        value(map.value(), entry.getValue(), path + "." + entry.getKey());
                    }
                }
            }
            case ListOf list -> {
                ArrayNode array = expect(value, ArrayNode.class, "a list", path);
                for (int i = 0; i < array.size(); i++) {
                    value(list.element(), array.get(i), path + "[" + i + "]");
                }
            }
            case Scalar scalar -> scalar(scalar, value, path);
        }
    }

    private static void scalar(Scalar scalar, JsonNode value, String path) {
        boolean fits = switch (scalar) {
            case STRING, BYTES -> value.isTextual();
            case INT32 -> value.isIntegralNumber() && value.canConvertToInt();
            case INT64 -> value.isIntegralNumber() && value.canConvertToLong();
            case NUMBER -> value.isNumber();
            case BOOL -> value.isBoolean();
            case QUANTITY -> value.isNumber() || value.isTextual();
            case INTSTR -> value.isTextual() || (value.isIntegralNumber() && value.canConvertToInt());
            case TIME, MICROTIME -> value.isTextual() && isTime(value.asText());
            case ANY -> true;
        };
        if (!fits) {
            throw mismatch(wanted(scalar), value, path);
        }
    }

    private static String wanted(Scalar scalar) {
        return switch (scalar) {
            case STRING -> "a string";
            case BYTES -> "base64 text";
            case INT32, INT64 -> "a whole number";
            case NUMBER -> "a number";
            case BOOL -> "true or false";
            case QUANTITY -> "a quantity";
            case INTSTR -> "a whole number or a string";
            case TIME, MICROTIME -> "an RFC 3339 time";
            case ANY -> "anything";
        };
    }

    static boolean isTime(String text) {
        try {
            OffsetDateTime.parse(text);
            return true;
        } catch (DateTimeException malformed) {
            return false;
        }
    }

    private static <T extends JsonNode> T expect(JsonNode value, Class<T> wanted, String name, String path) {
        if (!wanted.isInstance(value)) {
            throw mismatch(name, value, path);
        }
        return wanted.cast(value);
    }

    private static MismatchException mismatch(String wanted, JsonNode value, String path) {
        return new MismatchException(path + ": must be " + wanted + ", not " + value);
    }

    /// Adds a cause for each field that must be there and is not.
    void required(String type, JsonNode object, String path, List<Cause> causes) {
        for (Field field : types.fields(type).values()) {
            String here = path.isEmpty() ? field.name() : path + "." + field.name();
            JsonNode value = object.path(field.name());
            if (value.isMissingNode()) {
                if (field.required()) {
                    causes.add(Cause.required(here, ""));
                }
            } else if (field.required() && ((value.isTextual() && value.asText().isEmpty()) || isEmptyList(value))) {
                causes.add(Cause.required(here, ""));
            } else {
                requiredWithin(field.type(), value, here, causes);
            }
        }
    }

    private static boolean isEmptyList(JsonNode value) {
        return value.isArray() && value.isEmpty();
    }

    private void requiredWithin(FieldType type, JsonNode value, String path, List<Cause> causes) {
        switch (type) {
            case Ref ref -> required(ref.name(), value, path, causes);
            case ListOf list -> {
                for (int i = 0; i < value.size(); i++) {
                    requiredWithin(list.element(), value.get(i), path + "[" + i + "]", causes);
                }
            }
            case MapOf map ->
                value.properties()
                        .forEach(e -> requiredWithin(map.value(), e.getValue(), path + "." + e.getKey(), causes));
            case Scalar scalar -> {
                // A value has nothing within.
            }
        }
    }
}
