package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.api.Kind.Column;
import io.stentor.lab.api.Kind.Names;
import io.stentor.lab.api.Kind.ScalePaths;
import io.stentor.lab.api.Kind.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/// The kinds that a CustomResourceDefinition defines, one for each version that is served.
final class CustomKinds {

    private CustomKinds() {}

    static List<Kind> of(JsonNode definition) {
        JsonNode spec = definition.path("spec");
        JsonNode called = spec.path("names");
        String kind = called.path("kind").asText();
        Names names = new Names(
                kind,
                called.path("listKind").asText(kind + "List"),
                called.path("singular").asText(kind.toLowerCase(Locale.ROOT)),
                texts(called.path("shortNames")),
                texts(called.path("categories")));
        String storage = "";
        for (JsonNode version : spec.path("versions")) {
            storage = version.path("storage").asBoolean() ? version.path("name").asText() : storage;
        }
        List<Kind> kinds = new ArrayList<>();
        for (JsonNode version : spec.path("versions")) {
            if (version.path("served").asBoolean()) {
                kinds.add(kind(spec, version, names, storage));
            }
        }
        return kinds;
    }

    private static Kind kind(JsonNode spec, JsonNode version, Names names, String storage) {
        Resource resource = new Resource(
                spec.path("group").asText(),
                version.path("name").asText(),
                spec.at("/names/plural").asText());
        Set<String> fields = new TreeSet<>(Set.of("metadata.name", "metadata.namespace"));
        version.path("selectableFields")
                .forEach(f -> fields.add(dropDot(f.path("jsonPath").asText())));
        JsonNode scale = version.at("/subresources/scale");
        ScalePaths paths = scale.isObject()
                ? new ScalePaths(
                        dropDot(scale.path("specReplicasPath").asText()),
                        dropDot(scale.path("statusReplicasPath").asText()),
                        dropDot(scale.path("labelSelectorPath").asText("")))
                : null;
        Shape shape = new Shape(
                spec.path("scope").asText().equals("Namespaced"),
                version.at("/subresources/status").isObject(),
                paths,
                fields,
                storage);
        Rules rules = new CustomRules(version.at("/schema/openAPIV3Schema"));
        return new Kind(resource, names, shape, columns(version), rules);
    }

    private static List<Column> columns(JsonNode version) {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column("Name", "string", "name", 0, ".metadata.name"));
        for (JsonNode column : version.path("additionalPrinterColumns")) {
            columns.add(new Column(
                    column.path("name").asText(),
                    column.path("type").asText(),
                    column.path("format").asText(""),
                    column.path("priority").asInt(0),
                    column.path("jsonPath").asText()));
        }
        if (columns.size() == 1) {
            columns.add(new Column("Age", "date", "", 0, ".metadata.creationTimestamp"));
        }
        return columns;
    }

    private static String dropDot(String path) {
        return path.startsWith(".") ? path.substring(1) : path;
    }

    private static List<String> texts(JsonNode array) {
        List<String> all = new ArrayList<>();
        array.forEach(e -> all.add(e.asText()));
        return all;
    }
}
