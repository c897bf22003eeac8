package io.stentor.lab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CustomObjectsTest {

    @TempDir
    Path folder;

    private TestServer server;
    private ObjectApi api;

    @BeforeEach
    void start() {
        server = new TestServer(folder.resolve("kubeconfig"), 100);
        api = server.objects();
        api.create(Resource.CRDS, Objects.yaml(Objects.WIDGETS));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private ObjectNode create(String spec) {
        return api.create(
                Objects.WIDGET, Objects.yaml("{metadata: {namespace: default, name: w}, spec: " + spec + "}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                 | spec.size: Required value",
                "{size: 0}                          | spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1",
                "{size: 11}                         | spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10",
                "{size: x}                          | spec.size: Invalid value: \"x\": spec.size in body must be of type integer",
                "{size: 1.5}                        | spec.size: Invalid value: 1.5: spec.size in body must be of type integer",
                "{size: 1, color: green}            | spec.color: Unsupported value: \"green\": supported values: \"red\", \"blue\"",
                "{size: 1, name: A}                 | spec.name: Invalid value: \"A\": spec.name in body should match '^[a-z]+$'",
                "{size: 1, name: abcdef}            | spec.name: Invalid value: \"abcdef\": spec.name in body should be at most 5 chars long",
                "{size: 1, port: [1]}               | spec.port: Invalid value: \"array\": spec.port in body must be of type integer or string",
                "{size: 1, cidr: 10.0.0.0}          | spec.cidr: Invalid value: \"10.0.0.0\": spec.cidr in body must be of type cidr",
                "{size: 1, list: [{v: a}]}          | spec.list[0].k: Required value",
                "{size: 1, list: [{k: a}, {k: a}]}  | spec.list[1]: Duplicate value: {\"k\":\"a\"}",
                "{size: 1, list: [{k: a}, {k: b}, {k: c}]} | spec.list: Invalid value: \"array\": spec.list in body should have at most 2 items",
                "{size: 1, map: {a: b}}             | spec.map.a: Invalid value: \"b\": spec.map.a in body must be of type integer",
                "{size: 1, one: {}}                 | spec.one: Invalid value: \"object\": spec.one in body must validate one and only one schema (oneOf). Found 0 valid",
                "{size: 1, one: {a: x, b: y}}       | spec.one: Invalid value: \"object\": spec.one in body must validate one and only one schema (oneOf). Found 2 valid",
            })
    void what_the_schema_forbids_is_refused_with_the_field(String spec, String cause) {
        assertThatThrownBy(() -> create(spec)).isInstanceOfSatisfying(ApiException.class, e -> {
            assertThat(e.code()).isEqualTo(422);
            assertThat(e).hasMessage("Widget.example.io \"w\" is invalid: " + cause);
            assertThat(e.status().at("/details/causes/0/field").asText())
                    .isEqualTo(cause.substring(0, cause.indexOf(": ")));
        });
    }

    @Test
    void defaults_are_filled_in_and_unknown_fields_go() {
        ObjectNode made = create("{size: 1, port: 80, foo: 1, list: [{k: a, zzz: 1}], free: {any: [1]}, map: {q: 1}}");
        assertThat(made.get("spec"))
                .isEqualTo(Objects.yaml("{size: 1, port: 80, list: [{k: a, v: x}], free: {any: [1]}, map: {q: 1}, "
                        + "replicas: 2, color: red}"));
    }

    @Test
    void status_and_specification_are_written_apart_and_generations_count_the_latter() {
        ObjectNode made = create("{size: 1}");
        ObjectName name = ObjectName.of(made);
        api.mergePatch(Objects.WIDGET, name, "", Objects.yaml("{spec: {size: 2}, status: {x: 1}}"));
        ObjectNode after =
                api.mergePatch(Objects.WIDGET, name, "status", Objects.yaml("{spec: {size: 3}, status: {y: 1}}"));
        assertThat(after.at("/spec/size").asInt()).isEqualTo(2);
        assertThat(after.get("status")).isEqualTo(Objects.yaml("{y: 1}"));
        assertThat(after.at("/metadata/generation").asInt()).isEqualTo(2);
        ObjectNode scaled = api.mergePatch(Objects.WIDGET, name, "scale", Objects.yaml("{spec: {replicas: 7}}"));
        assertThat(scaled.at("/kind").asText()).isEqualTo("Scale");
        assertThat(api.get(Objects.WIDGET, name).at("/spec/replicas").asInt()).isEqualTo(7);
    }

    @Test
    void a_change_that_changes_nothing_makes_no_revision() {
        ObjectNode made = create("{size: 1}");
        ObjectNode again = api.mergePatch(Objects.WIDGET, ObjectName.of(made), "", Objects.yaml("{spec: {size: 1}}"));
        assertThat(again).isEqualTo(made);
    }

    @Test
    void every_served_version_shows_the_same_object() {
        create("{size: 1}");
        Resource alpha = new Resource("example.io", "v1alpha1", "widgets");
        ObjectNode seen = api.get(alpha, new ObjectName("default", "w"));
        assertThat(seen.path("apiVersion").asText()).isEqualTo("example.io/v1alpha1");
        api.mergePatch(alpha, ObjectName.of(seen), "", Objects.yaml("{spec: {size: 5}}"));
        ObjectNode stored = api.get(Objects.WIDGET, ObjectName.of(seen));
        assertThat(stored.path("apiVersion").asText()).isEqualTo("example.io/v1");
        assertThat(stored.at("/spec/size").asInt()).isEqualTo(5);
    }

    @Test
    void finalizers_keep_an_object_until_they_are_gone() {
        ObjectName name = ObjectName.of(create("{size: 1}"));
        api.mergePatch(Objects.WIDGET, name, "", Objects.yaml("{metadata: {finalizers: [example.io/hold]}}"));
        api.delete(Objects.WIDGET, name, DeleteOptions.DEFAULT);
        assertThat(api.get(Objects.WIDGET, name).path("metadata").has("deletionTimestamp"))
                .isTrue();
        api.mergePatch(Objects.WIDGET, name, "", Objects.yaml("{metadata: {finalizers: null}}"));
        assertThat(api.find(Objects.WIDGET, name)).isEmpty();
    }

    @Test
    void a_watch_ends_when_its_kind_is_no_longer_defined() throws Exception {
        try (Watch watch = api.watch(Objects.WIDGET, Selection.ALL, "")) {
            ObjectName definition = new ObjectName("", "widgets.example.io");
            api.delete(Resource.CRDS, definition, DeleteOptions.DEFAULT);
            api.mergePatch(Resource.CRDS, definition, "", Objects.yaml("{metadata: {finalizers: null}}"));
            assertThatThrownBy(() -> watch.next(Duration.ofSeconds(5)))
                    .isInstanceOfSatisfying(
                            ApiException.class, e -> assertThat(e.code()).isEqualTo(404));
            assertThatThrownBy(() -> api.list(Objects.WIDGET, Selection.ALL))
                    .hasMessageContaining("the lab's API server has no widgets in example.io/v1");
        }
    }
}
