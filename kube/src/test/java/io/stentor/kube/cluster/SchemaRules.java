package io.stentor.kube.cluster;

import io.stentor.kube.Tree;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What an API server (`apiextensions.k8s.io/v1`) refuses in the schema of a definition, and what it would take and not
/// do. After the documentation of CustomResourceDefinitions: structural schemas, defaulting, merge strategies,
/// validation rules.
final class SchemaRules {

    private static final Set<String> TYPES = Set.of("object", "array", "string", "integer", "number", "boolean");

    /// All that a structural schema may say of a value.
    private static final Set<String> FIELDS = Set.of(
            "type",
            "format",
            "title",
            "description",
            "default",
            "example",
            "nullable",
            "enum",
            "pattern",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "minProperties",
            "maxProperties",
            "required",
            "properties",
            "additionalProperties",
            "items",
            "allOf",
            "anyOf",
            "oneOf",
            "not",
            "externalDocs",
            "x-kubernetes-preserve-unknown-fields",
            "x-kubernetes-embedded-resource",
            "x-kubernetes-int-or-string",
            "x-kubernetes-list-type",
            "x-kubernetes-list-map-keys",
            "x-kubernetes-map-type",
            "x-kubernetes-validations");

    /// What may not stand inside of `allOf`, `anyOf`, `oneOf`, `not`.
    private static final Set<String> OUTSIDE_ALONE = Set.of(
            "description",
            "type",
            "default",
            "additionalProperties",
            "nullable",
            "title",
            "x-kubernetes-preserve-unknown-fields",
            "x-kubernetes-list-type",
            "x-kubernetes-list-map-keys",
            "x-kubernetes-map-type",
            "x-kubernetes-embedded-resource",
            "x-kubernetes-validations");

    /// Formats that are checked. Others are accepted and mean nothing.
    private static final Set<String> FORMATS = Set.of(
            "cidr",
            "ipv4",
            "ipv6",
            "mac",
            "uri",
            "hostname",
            "email",
            "uuid",
            "date",
            "date-time",
            "duration",
            "byte",
            "password",
            "int32",
            "int64",
            "float",
            "double");

    /// What costs an API server nothing to speak of, however many values a rule is for: comparisons, `has`, `!`, `&&`,
    /// `||` over fields. A loop or a search over something without a limit is refused for its cost.
    private static final Pattern CHEAP = Pattern.compile(
            "(has\\(self(\\.\\w+)+\\)|self(\\.\\w+)*|oldSelf|'[^']*'|\\d+|==|!=|<=|>=|<|>|&&|\\|\\||!|\\(|\\)|\\s)+");

    private static final Pattern FIELD_PATH = Pattern.compile("self((?:\\.\\w+)+)");

    /// Go's regular expressions know no look-around and no references back.
    private static final Pattern NOT_RE2 = Pattern.compile("\\(\\?(=|!|<=|<!|>)|\\\\[1-9]|\\\\k<|[*+?}]\\+");

    private final List<String> problems = new ArrayList<>();

    /// @param schema `openAPIV3Schema`
    /// @return what is wrong, with its place
    static List<String> problems(Object schema) {
        SchemaRules rules = new SchemaRules();
        rules.root(new Tree(schema));
        return List.copyOf(rules.problems);
    }

    private void root(Tree schema) {
        require(schema.at("type").text().filter("object"::equals).isPresent(), "", "the root is an object");
        require(
                schema.at("x-kubernetes-preserve-unknown-fields").value() == null,
                "",
                "the root keeps nothing unknown");
        Set<String> metadata = fields(schema.at("properties", "metadata"));
        require(Set.of("type", "properties", "description").containsAll(metadata), ".metadata", "is the server's own");
        node("", schema);
    }

    private void require(boolean holds, String path, String rule) {
        if (!holds) {
            problems.add(path + ": " + rule);
        }
    }

    private static Set<String> fields(Tree tree) {
        Set<String> names = new LinkedHashSet<>();
        if (tree.value() instanceof Map<?, ?> map) {
            map.keySet().forEach(key -> names.add(String.valueOf(key)));
        }
        return names;
    }

    private static boolean is(Tree schema, String field) {
        return Boolean.TRUE.equals(schema.at(field).value());
    }

    private void node(String path, Tree schema) {
        for (String field : fields(schema)) {
            require(FIELDS.contains(field), path, "has a field '" + field + "' that is forbidden or unknown");
        }
        String type = schema.at("type").text().orElse("");
        if (is(schema, "x-kubernetes-int-or-string")) {
            require(type.isEmpty(), path, "is an int or a string, and has no type");
        } else if (!is(schema, "x-kubernetes-preserve-unknown-fields") || !type.isEmpty()) {
            require(TYPES.contains(type), path, "has a type, not '" + type + "'");
        }
        boolean named = schema.at("properties").value() != null;
        boolean mapped = schema.at("additionalProperties").value() != null;
        require(!named || !mapped, path, "has properties or additionalProperties");
        require(type.equals("object") || (!named && !mapped), path, "has properties and is an object");
        require(type.equals("array") == (schema.at("items").value() != null), path, "has items if it is an array");
        require(!mapped || schema.at("additionalProperties").value() instanceof Map, path, "says what its values are");
        schema.at("format").text().ifPresent(f -> require(FORMATS.contains(f), path, "has the unknown format " + f));
        schema.at("pattern").text().ifPresent(p -> pattern(path, p));
        for (Tree name : schema.at("required").items()) {
            boolean known = schema.at("properties", name.text().orElse("")).value() != null;
            require(known, path, "requires '" + name.text().orElse("") + "', which is no property");
        }
        enumeration(path, schema);
        limits(path, schema, type);
        lists(path, schema);
        if (schema.at("default").value() != null) {
            defaulted(path, schema, type);
        }
        for (String junctor : List.of("allOf", "anyOf", "oneOf")) {
            schema.at(junctor).items().forEach(part -> inner(path + " " + junctor, part, schema));
        }
        if (schema.at("not").value() != null) {
            inner(path + " not", schema.at("not"), schema);
        }
        schema.at("x-kubernetes-validations").items().forEach(rule -> rule(path, rule, schema));
        for (String name : fields(schema.at("properties"))) {
            node(path + "." + name, schema.at("properties", name));
        }
        if (schema.at("items").value() != null) {
            require(schema.at("items").value() instanceof Map, path, "has one schema for all items");
            node(path + "[]", schema.at("items"));
        }
        if (schema.at("additionalProperties").value() instanceof Map) {
            node(path + "{}", schema.at("additionalProperties"));
        }
    }

    private void pattern(String path, String pattern) {
        require(!NOT_RE2.matcher(pattern).find(), path, "has a pattern that RE2 does not know: " + pattern);
        Pattern.compile(pattern);
    }

    private void enumeration(String path, Tree schema) {
        if (schema.at("enum").value() != null) {
            List<Object> values =
                    schema.at("enum").items().stream().<Object>map(Tree::value).toList();
            require(!values.isEmpty() && new HashSet<>(values).size() == values.size(), path, "has each value once");
            String type = schema.at("type").text().orElse("");
            require(
                    values.stream().allMatch(v -> type.equals("string") ? v instanceof String : v instanceof Number),
                    path,
                    "has values of its type");
        }
    }

    private void limits(String path, Tree schema, String type) {
        Map<String, List<String>> of = Map.of(
                "string", List.of("minLength", "maxLength", "pattern"),
                "array", List.of("minItems", "maxItems", "x-kubernetes-list-type"),
                "object", List.of("minProperties", "maxProperties", "x-kubernetes-map-type", "required"),
                "integer", List.of("minimum", "maximum"));
        of.forEach((kind, names) -> names.forEach(name -> require(
                type.equals(kind)
                        || (type.equals("number") && kind.equals("integer"))
                        || schema.at(name).value() == null,
                path,
                "has " + name + " and is no " + kind)));
        for (String what : List.of("Length", "Items", "Properties")) {
            long least = schema.at("min" + what).number().orElse(0L);
            require(
                    least <= schema.at("max" + what).number().orElse(Long.MAX_VALUE),
                    path,
                    "has min" + what + " too high");
        }
        long least = schema.at("minimum").number().orElse(Long.MIN_VALUE);
        require(least <= schema.at("maximum").number().orElse(Long.MAX_VALUE), path, "has a minimum too high");
    }

    private void lists(String path, Tree schema) {
        String list = schema.at("x-kubernetes-list-type").text().orElse("atomic");
        List<Tree> keys = schema.at("x-kubernetes-list-map-keys").items();
        require(list.equals("map") == !keys.isEmpty(), path, "has keys if it is a list that is a map");
        require(Set.of("atomic", "set", "map").contains(list), path, "is a list of a known type");
        Tree item = schema.at("items");
        String itemType = item.at("type").text().orElse("");
        if (list.equals("set")) {
            boolean atomic = is(item, "x-kubernetes-int-or-string")
                    || item.at("x-kubernetes-map-type")
                            .text()
                            .filter("atomic"::equals)
                            .isPresent();
            require(!Set.of("object", "array").contains(itemType) || atomic, path, "is a set of scalars");
        }
        for (Tree key : keys) {
            String name = key.text().orElse("");
            Tree property = item.at("properties", name);
            require(itemType.equals("object"), path, "is a map of objects");
            require(
                    Set.of("string", "integer", "number", "boolean")
                            .contains(property.at("type").text().orElse("")),
                    path,
                    "has the key '" + name + "', which is a scalar of its items");
            boolean there = item.at("required").items().contains(key)
                    || property.at("default").value() != null;
            require(there, path, "has the key '" + name + "', which is required of its items or has a default");
        }
    }

    private void defaulted(String path, Tree schema, String type) {
        Object value = schema.at("default").value();
        boolean fits = switch (type) {
            case "string" -> value instanceof String;
            case "boolean" -> value instanceof Boolean;
            case "integer" -> value instanceof Integer || value instanceof Long;
            case "number" -> value instanceof Number;
            case "object" -> value instanceof Map<?, ?> map && map.isEmpty();
            default -> false;
        };
        require(fits, path, "has a default of its type");
        List<Tree> all = schema.at("enum").items();
        require(all.isEmpty() || all.contains(new Tree(value)), path, "has a default among its values");
        if (value instanceof Number number) {
            long least = schema.at("minimum").number().orElse(Long.MIN_VALUE);
            long most = schema.at("maximum").number().orElse(Long.MAX_VALUE);
            require(least <= number.longValue() && number.longValue() <= most, path, "has a default within its limits");
        }
    }

    /// A part of a logical junction: says something of values, and nothing of what fields there are.
    private void inner(String path, Tree part, Tree outside) {
        for (String field : fields(part)) {
            boolean number = field.equals("type") && is(outside, "x-kubernetes-int-or-string");
            require(number || !OUTSIDE_ALONE.contains(field), path, "says '" + field + "', which stands outside alone");
        }
        for (String name : fields(part.at("properties"))) {
            Tree known = outside.at("properties", name);
            require(known.value() != null, path, "speaks of '" + name + "', which is no property outside");
            inner(path + "." + name, part.at("properties", name), known);
        }
        if (part.at("items").value() != null) {
            inner(path + "[]", part.at("items"), outside.at("items"));
        }
        for (String junctor : List.of("allOf", "anyOf", "oneOf")) {
            part.at(junctor).items().forEach(deeper -> inner(path + " " + junctor, deeper, outside));
        }
    }

    private void rule(String path, Tree validation, Tree schema) {
        String rule = validation.at("rule").text().orElse("");
        Set<String> known = Set.of("rule", "message", "messageExpression", "reason", "fieldPath", "optionalOldSelf");
        require(known.containsAll(fields(validation)), path, "has a rule with fields that rules have");
        require(CHEAP.matcher(rule).matches(), path, "has a rule whose cost is not known to be small: " + rule);
        String message = validation.at("message").text().orElse("x");
        require(!message.isBlank() && !message.contains("\n") && message.length() <= 2048, path, "has a short message");
        // Changes of list items can be told only where items have keys.
        require(!rule.contains("oldSelf") || !path.contains("[]"), path, "compares with what was, inside of a list");
        Matcher paths = FIELD_PATH.matcher(rule);
        while (paths.find()) {
            fieldOf(path, rule, paths.group(1).substring(1).split("\\."), schema);
        }
    }

    /// Each field of a rule is one of the schema's, and there when it is read: required, defaulted or asked for.
    private void fieldOf(String path, String rule, String[] names, Tree schema) {
        Tree at = schema;
        String text = "self";
        for (String name : names) {
            Tree property = at.at("properties", name);
            text += "." + name;
            require(property.value() != null, path, "has a rule about '" + text + "', which is no property");
            boolean there = at.at("required").items().contains(new Tree(name))
                    || property.at("default").value() != null
                    || rule.contains("has(" + text + ")");
            require(there, path, "has a rule that reads '" + text + "', which may be absent: " + rule);
            at = property;
        }
    }
}
