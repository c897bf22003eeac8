package io.stentor.kube.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.stentor.kube.Tree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Our definitions, held against what a real API server asks of them. They are read as they are written: what a typed
/// reader does not know, it would not see.
class SchemaRulesTest {

    private static final Path FOLDER = Path.of("src/main/resources/io/stentor/kube/crd");
    private static final KubernetesSerialization YAML = new KubernetesSerialization();
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    static List<Tree> definitions() throws Exception {
        List<Tree> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(FOLDER)) {
            for (Path file : files.sorted().toList()) {
                Tree manifest = new Tree(YAML.unmarshal(Files.readString(file), Map.class));
                List<Tree> items = manifest.at("items").items();
                all.addAll(items.isEmpty() ? List.of(manifest) : items);
            }
        }
        assertThat(all).hasSize(18);
        return all;
    }

    private static String text(Tree tree, String... path) {
        return tree.at(path).text().orElse("");
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void every_schema_is_one_that_an_api_server_takes(Tree crd) {
        for (Tree version : crd.at("spec", "versions").items()) {
            assertThat(SchemaRules.problems(
                            version.at("schema", "openAPIV3Schema").value()))
                    .as(text(crd, "metadata", "name") + " " + text(version, "name"))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void names_and_versions_are_those_that_an_api_server_takes(Tree crd) {
        Tree names = crd.at("spec", "names");
        String name = text(crd, "metadata", "name");
        assertThat(name).isEqualTo(text(names, "plural") + "." + text(crd, "spec", "group"));
        assertThat(text(names, "kind")).matches("[A-Z][A-Za-z0-9]{0,62}").isNotEqualTo(text(names, "listKind"));
        assertThat(text(names, "singular")).isEqualTo(text(names, "kind").toLowerCase(java.util.Locale.ROOT));
        Stream.of("plural", "singular")
                .forEach(which -> assertThat(text(names, which)).matches(LABEL));
        Stream.of("shortNames", "categories")
                .flatMap(which -> names.at(which).items().stream())
                .forEach(word -> assertThat(word.text().orElse("")).matches(LABEL));
        List<Tree> versions = crd.at("spec", "versions").items();
        assertThat(versions.stream()
                        .filter(v -> Boolean.TRUE.equals(v.at("storage").value())))
                .as(name)
                .hasSize(1);
        for (Tree version : versions) {
            assertThat(text(version, "name")).matches("v[1-9][0-9]*((alpha|beta)[1-9][0-9]*)?");
            assertThat(version.at("served").value()).isEqualTo(true);
            Object status = version.at("subresources", "status").value();
            assertThat(status == null || Map.of().equals(status)).as(name).isTrue();
            String warning = text(version, "deprecationWarning");
            assertThat(warning).matches("[ -~]{0,256}");
            assertThat(warning.isEmpty()
                            || Boolean.TRUE.equals(version.at("deprecated").value()))
                    .isTrue();
            for (Tree column : version.at("additionalPrinterColumns").items()) {
                assertThat(text(column, "name")).isNotEmpty();
                assertThat(text(column, "type")).isIn("integer", "number", "string", "boolean", "date");
                assertThat(text(column, "jsonPath")).startsWith(".");
            }
        }
    }

    /// Each of these is refused by API servers, or accepted and without the effect that is meant.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{x: {description: no type}} | .x: has a type, not ''",
                "{x: {type: object, properties: {a: {type: string}}, additionalProperties: {type: string}}} | .x: has properties or additionalProperties",
                "{x: {type: array}} | .x: has items if it is an array",
                "{x: {type: string, uniqueItems: true}} | .x: has a field 'uniqueItems' that is forbidden or unknown",
                "{x: {type: object, required: [a], properties: {b: {type: string}}}} | .x: requires 'a', which is no property",
                "{x: {type: string, anyOf: [{type: string}]}} | .x anyOf: says 'type', which stands outside alone",
                "{x: {type: object, anyOf: [{required: [a], properties: {a: {}}}]}} | .x anyOf: speaks of 'a', which is no property outside",
                "{x: {type: integer, default: '1'}} | .x: has a default of its type",
                "{x: {type: string, enum: [a, b], default: c}} | .x: has a default among its values",
                "{x: {type: string, pattern: '(?!a)b'}} | .x: has a pattern that RE2 does not know: (?!a)b",
                "{x: {type: array, items: {type: object, properties: {k: {type: string}}}, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k]}} | .x: has the key 'k', which is required of its items or has a default",
                "{x: {type: string, format: ip}} | .x: has the unknown format ip",
                "{x: {type: object, properties: {a: {type: string}}, x-kubernetes-validations: [{rule: 'self.a == self.b'}]}} | .x: has a rule about 'self.b', which is no property",
                "{x: {type: object, properties: {a: {type: integer}}, x-kubernetes-validations: [{rule: 'self.a > 1'}]}} | .x: has a rule that reads 'self.a', which may be absent: self.a > 1",
                "{x: {type: array, items: {type: string}, x-kubernetes-validations: [{rule: 'self.all(x, x.size() > 1)'}]}} | .x: has a rule whose cost is not known to be small: self.all(x, x.size() > 1)",
                "{x: {type: integer, minLength: 1}} | .x: has minLength and is no string",
            })
    void what_an_api_server_refuses_is_found(String properties, String problem) {
        Object schema = YAML.unmarshal("type: object\nproperties: " + properties, Map.class);
        assertThat(SchemaRules.problems(schema)).contains(problem);
    }

    @Test
    void a_root_that_is_no_object_is_found() {
        assertThat(SchemaRules.problems(Map.of("type", "string"))).contains(": the root is an object");
    }
}
