package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Kind.Column;
import io.stentor.lab.api.Kind.Names;
import io.stentor.lab.api.Kind.ScalePaths;
import io.stentor.lab.api.Kind.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Which kinds there are: the built-in ones and those that CustomResourceDefinitions define. Immutable.
final class Kinds {

    private final Map<Resource, Kind> kinds;

    private Kinds(Map<Resource, Kind> kinds) {
        this.kinds = kinds;
    }

    /// Reads `kinds.json`.
    ///
    /// @param services what Services get their addresses from
    static Kinds builtin(ServiceRules services) {
        try (InputStream in = Kinds.class.getResourceAsStream("kinds.json")) {
            if (in == null) {
                throw new IllegalStateException("kinds.json is not in the jar");
            }
            Map<Resource, Kind> kinds = new LinkedHashMap<>();
            for (JsonNode row : Json.parse(in.readAllBytes())) {
                Kind kind = builtin(row, services);
                kinds.put(kind.resource(), kind);
            }
            return new Kinds(kinds);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Kind builtin(JsonNode row, ServiceRules services) {
        String name = row.path("kind").asText();
        Resource resource = new Resource(
                row.path("group").asText(), "v1", row.path("plural").asText());
        Names names = new Names(
                name,
                name + "List",
                name.toLowerCase(Locale.ROOT),
                texts(row.path("short")),
                texts(row.path("categories")));
        Set<String> fields = new TreeSet<>(texts(row.path("fields")));
        fields.add("metadata.name");
        fields.add("metadata.namespace");
        ScalePaths scale = row.path("scale").asBoolean()
                ? new ScalePaths("spec.replicas", "status.replicas", "spec.selector")
                : null;
        Shape shape = new Shape(
                !row.path("cluster").asBoolean(), row.path("status").asBoolean(), scale, Set.copyOf(fields), "v1");
        List<Column> columns =
                texts(row.path("columns")).stream().map(Kinds::column).toList();
        Rules rules = new BuiltinRules(row.path("type").asText(name), BuiltinRules.ofKind(resource, services));
        return new Kind(resource, names, shape, columns, rules);
    }

    private static Column column(String text) {
        boolean wide = text.endsWith("*");
        String rest = wide ? text.substring(0, text.length() - 1) : text;
        int colon = rest.indexOf(':');
        String name = colon < 0 ? rest : rest.substring(0, colon);
        String type = colon < 0 ? "string" : rest.substring(colon + 1);
        return new Column(name, type, name.equals("Name") ? "name" : "", wide ? 1 : 0, "");
    }

    private static List<String> texts(JsonNode array) {
        List<String> all = new ArrayList<>();
        array.forEach(e -> all.add(e.asText()));
        return all;
    }

    /// These kinds and those of the definitions, without what other definitions brought.
    Kinds withCustom(Collection<ObjectNode> definitions) {
        Map<Resource, Kind> all = new LinkedHashMap<>();
        kinds.values().stream().filter(k -> !k.isCustom()).forEach(k -> all.put(k.resource(), k));
        for (ObjectNode definition : definitions) {
            for (Kind kind : CustomKinds.of(definition)) {
                all.putIfAbsent(kind.resource(), kind);
            }
        }
        return new Kinds(all);
    }

    Optional<Kind> find(Resource resource) {
        return Optional.ofNullable(kinds.get(resource));
    }

    /// @throws ApiException 404, as for a path that does not exist
    Kind get(Resource resource) {
        return find(resource).orElseThrow(() -> ApiException.noSuchKind(resource));
    }

    Collection<Kind> all() {
        return kinds.values();
    }
}
