package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.api.ApiException.Cause;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Judges a value by an OpenAPI v3 schema as CustomResourceDefinitions have it.
final class SchemaCheck {

    private static final Map<String, Pattern> PATTERNS = new ConcurrentHashMap<>();

    private final List<Cause> causes;

    SchemaCheck(List<Cause> causes) {
        this.causes = causes;
    }

    void check(JsonNode schema, JsonNode value, String path) {
        if (value.isNull()) {
            if (!schema.path("nullable").asBoolean() && schema.has("type")) {
                invalid(path, value, "must not be null");
            }
            return;
        }
        if (!hasType(schema, value)) {
            invalid(path, value, "must be of type " + typeName(schema));
            return;
        }
        if (schema.has("enum") && !contains(schema.get("enum"), value)) {
            List<String> allowed = new ArrayList<>();
            schema.get("enum").forEach(e -> allowed.add(e.toString()));
            String message = "Unsupported value: " + value + ": supported values: " + String.join(", ", allowed);
            causes.add(new Cause("FieldValueNotSupported", shown(path), message));
        }
        if (value.isTextual()) {
            text(schema, value, path);
        } else if (value.isNumber()) {
            number(schema, value, path);
        } else if (value.isArray()) {
            list(schema, value, path);
        } else if (value.isObject()) {
            object(schema, value, path);
        }
        combinations(schema, value, path);
    }

    private static boolean hasType(JsonNode schema, JsonNode value) {
        if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
            return value.isTextual() || isWhole(value);
        }
        return switch (schema.path("type").asText("")) {
            case "string" -> value.isTextual();
            case "integer" -> isWhole(value);
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "array" -> value.isArray();
            case "object" -> value.isObject();
            default -> true;
        };
    }

    private static boolean isWhole(JsonNode value) {
        return value.isIntegralNumber()
                || (value.isNumber()
                        && value.decimalValue().stripTrailingZeros().scale() <= 0);
    }

    private static String typeName(JsonNode schema) {
        return schema.path("x-kubernetes-int-or-string").asBoolean()
                ? "integer or string"
                : schema.path("type").asText();
    }

    private void text(JsonNode schema, JsonNode value, String path) {
        String text = value.asText();
        int length = text.codePointCount(0, text.length());
        if (schema.has("minLength") && length < schema.get("minLength").asInt()) {
            invalid(path, value, "should be at least " + schema.get("minLength") + " chars long");
        }
        if (schema.has("maxLength") && length > schema.get("maxLength").asInt()) {
            invalid(path, value, "should be at most " + schema.get("maxLength") + " chars long");
        }
        if (schema.has("pattern") && !matches(schema.get("pattern").asText(), text)) {
            invalid(path, value, "should match '" + schema.get("pattern").asText() + "'");
        }
        String format = schema.path("format").asText("");
        if (!Formats.accepts(format, text)) {
            invalid(path, value, "must be of type " + format);
        }
    }

    private static boolean matches(String pattern, String text) {
        try {
            return PATTERNS.computeIfAbsent(pattern, Pattern::compile)
                    .matcher(text)
                    .find();
        } catch (PatternSyntaxException notOfJava) {
            return true;
        }
    }

    private void number(JsonNode schema, JsonNode value, String path) {
        BigDecimal number = value.decimalValue();
        if (schema.has("minimum")) {
            int order = number.compareTo(schema.get("minimum").decimalValue());
            if (order < 0 || (order == 0 && schema.path("exclusiveMinimum").asBoolean())) {
                invalid(path, value, "should be greater than or equal to " + schema.get("minimum"));
            }
        }
        if (schema.has("maximum")) {
            int order = number.compareTo(schema.get("maximum").decimalValue());
            if (order > 0 || (order == 0 && schema.path("exclusiveMaximum").asBoolean())) {
                invalid(path, value, "should be less than or equal to " + schema.get("maximum"));
            }
        }
        if (schema.has("multipleOf")
                && number.remainder(schema.get("multipleOf").decimalValue()).signum() != 0) {
            invalid(path, value, "should be a multiple of " + schema.get("multipleOf"));
        }
        if (schema.path("format").asText("").equals("int32") && !value.canConvertToInt()) {
            invalid(path, value, "must be of type int32");
        }
    }

    private void list(JsonNode schema, JsonNode value, String path) {
        size(schema, value, path, "Items", "items");
        Set<JsonNode> seen = new HashSet<>();
        List<String> keys = new ArrayList<>();
        schema.path("x-kubernetes-list-map-keys").forEach(k -> keys.add(k.asText()));
        boolean set = schema.path("uniqueItems").asBoolean()
                || schema.path("x-kubernetes-list-type").asText("").equals("set");
        for (int i = 0; i < value.size(); i++) {
            JsonNode element = value.get(i);
            check(schema.path("items"), element, path + "[" + i + "]");
            JsonNode key = element;
            if (!keys.isEmpty()) {
                var parts = Json.object();
                keys.forEach(k -> parts.set(k, element.path(k).isMissingNode() ? Json.object() : element.get(k)));
                key = parts;
            }
            if ((set || !keys.isEmpty()) && !seen.add(key)) {
                causes.add(Cause.duplicate(path + "[" + i + "]", key.toString()));
            }
        }
    }

    private void object(JsonNode schema, JsonNode value, String path) {
        size(schema, value, path, "Properties", "properties");
        for (JsonNode name : schema.path("required")) {
            if (!value.has(name.asText())) {
                causes.add(Cause.required(child(path, name.asText()), ""));
            }
        }
        JsonNode additional = schema.path("additionalProperties");
        for (var field : value.properties()) {
            JsonNode property = schema.path("properties").path(field.getKey());
            if (property.isObject()) {
                check(property, field.getValue(), child(path, field.getKey()));
            } else if (additional.isObject()) {
                check(additional, field.getValue(), child(path, field.getKey()));
            }
        }
    }

    private void size(JsonNode schema, JsonNode value, String path, String keyword, String noun) {
        if (schema.has("min" + keyword)
                && value.size() < schema.get("min" + keyword).asInt()) {
            invalid(path, value, "should have at least " + schema.get("min" + keyword) + " " + noun);
        }
        if (schema.has("max" + keyword)
                && value.size() > schema.get("max" + keyword).asInt()) {
            invalid(path, value, "should have at most " + schema.get("max" + keyword) + " " + noun);
        }
    }

    private void combinations(JsonNode schema, JsonNode value, String path) {
        schema.path("allOf").forEach(part -> check(part, value, path));
        if (schema.has("anyOf") && fitting(schema.get("anyOf"), value, path) == 0) {
            invalid(path, value, "must validate at least one schema (anyOf)");
        }
        if (schema.has("oneOf")) {
            int fitting = fitting(schema.get("oneOf"), value, path);
            if (fitting != 1) {
                invalid(path, value, "must validate one and only one schema (oneOf). Found " + fitting + " valid");
            }
        }
        if (schema.path("not").isObject() && fits(schema.get("not"), value, path)) {
            invalid(path, value, "must not validate the schema (not)");
        }
    }

    private static int fitting(JsonNode schemas, JsonNode value, String path) {
        int fitting = 0;
        for (JsonNode schema : schemas) {
            fitting += fits(schema, value, path) ? 1 : 0;
        }
        return fitting;
    }

    private static boolean fits(JsonNode schema, JsonNode value, String path) {
        List<Cause> found = new ArrayList<>();
        new SchemaCheck(found).check(schema, value, path);
        return found.isEmpty();
    }

    private static boolean contains(JsonNode values, JsonNode value) {
        for (JsonNode each : values) {
            if (each.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private void invalid(String path, JsonNode value, String why) {
        String given =
                value.isContainerNode() ? "\"" + (value.isArray() ? "array" : "object") + "\"" : value.toString();
        causes.add(Cause.invalid(shown(path), given, shown(path) + " in body " + why));
    }

    private static String shown(String path) {
        return path.isEmpty() ? "<root>" : path;
    }

    private static String child(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
