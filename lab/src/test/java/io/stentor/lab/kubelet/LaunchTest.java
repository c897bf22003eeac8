package io.stentor.lab.kubelet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.api.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LaunchTest {

    private static final JsonNode POD = json("""
            {"metadata": {"name": "web-0", "labels": {"app": "web"}}, "spec": {}}""");

    private static JsonNode json(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void variables_are_expanded_in_order_and_unknown_ones_stay_as_they_are() throws Exception {
        Launch launch = Launch.of(POD, json("""
                {"name": "c", "command": ["echo", "$(B)"], "args": ["$$(B)", "$(LATER)", "$(NOBODY)"],
                 "workingDir": "/tmp",
                 "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "$(A)$(LATER)"},
                         {"name": "LATER", "value": "2"}]}"""), Map.of());
        assertThat(launch.command()).containsExactly("echo", "1$(LATER)", "$(B)", "2", "$(NOBODY)");
        assertThat(launch.environment()).containsEntry("B", "1$(LATER)").containsEntry("HOSTNAME", "web-0");
        assertThat(launch.folder()).isEqualTo("/tmp");
    }

    @Test
    void fields_of_the_pod_become_variables() throws Exception {
        Launch launch = Launch.of(POD, json("""
                {"name": "c", "command": ["true"], "env": [
                  {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
                  {"name": "APP", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}}]}"""), Map.of("status.podIP", "10.0.0.7"));
        assertThat(launch.environment()).containsEntry("IP", "10.0.0.7").containsEntry("APP", "web");
    }

    @Test
    void a_container_without_a_command_is_refused_with_the_way_out() {
        assertThatThrownBy(() -> Launch.of(POD, json("{\"name\": \"c\", \"image\": \"nginx\"}"), Map.of()))
                .isInstanceOf(Launch.Refused.class)
                .hasMessage("The lab runs no images: container 'c' needs a 'command', which is run from the machine's"
                        + " file system.");
    }

    @Test
    void a_variable_from_elsewhere_is_refused_by_name() {
        JsonNode container = json("""
                {"name": "c", "command": ["true"],
                 "env": [{"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]}""");
        assertThatThrownBy(() -> Launch.of(POD, container, Map.of()))
                .hasMessage("Variable 'KEY' takes its value from something that is no fieldRef, which the lab does not"
                        + " support.");
    }

    @Test
    void volumes_are_seen_below_run_and_refused_elsewhere() throws Exception {
        JsonNode pod = json("""
                {"metadata": {"name": "p"}, "spec": {"volumes": [
                  {"name": "c", "configMap": {"name": "m"}}, {"name": "e", "emptyDir": {}}]}}""");
        String container = """
                {"name": "c", "command": ["true"], "volumeMounts": [
                  {"name": "c", "mountPath": "%s"}, {"name": "e", "mountPath": "/run/e"}]}""";
        assertThat(Launch.of(pod, json(container.formatted("/run/c/")), Map.of())
                        .mounts())
                .containsExactly(new Volumes.Mount("c", "/run/c"));
        for (String elsewhere : new String[] {"/etc/c", "/run/../etc", "/run"}) {
            assertThatThrownBy(() -> Launch.of(pod, json(container.formatted(elsewhere)), Map.of()))
                    .isInstanceOf(Launch.Refused.class)
                    .hasMessageContaining("volume 'c' can be mounted below /run alone, not at '");
        }
    }
}
