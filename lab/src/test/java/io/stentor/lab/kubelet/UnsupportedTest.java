package io.stentor.lab.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.api.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class UnsupportedTest {

    @Test
    void fields_without_effect_are_named_by_their_path_and_defaults_are_not() {
        JsonNode pod = Json.parse("""
                {"spec": {"securityContext": {}, "volumes": [{"name": "v", "emptyDir": {}}, {"name": "c", "configMap": {"name": "m"}}], "dnsPolicy": "ClusterFirst",
                  "hostPID": false, "shareProcessNamespace": true,
                  "containers": [{"name": "a", "image": "x", "resources": {},
                                  "volumeMounts": [{"name": "c", "mountPath": "/run/c"},
                                                   {"name": "c", "mountPath": "/run/d", "subPath": "k"}]},
                                 {"name": "b", "image": "x", "resources": {"limits": {"cpu": "1"}}, "tty": true}]}}""".getBytes(StandardCharsets.UTF_8));
        assertThat(Unsupported.fields(pod))
                .containsExactly(
                        "spec.shareProcessNamespace",
                        "spec.volumes[0].emptyDir",
                        "spec.containers[0].volumeMounts[1].subPath",
                        "spec.containers[1].resources",
                        "spec.containers[1].tty");
        assertThat(Unsupported.images(pod)).containsExactly("x");
    }

    @Test
    void host_ports_are_the_networks_matter() {
        String spec = """
                {"containers": [{"name": "a", "ports": [{"containerPort": 1}, {"containerPort": 2, "hostPort": 2}]}],
                 "hostNetwork": %s}""";
        assertThat(Unsupported.fields(pod(spec.formatted("false")))).isEmpty();
        assertThat(Unsupported.fields(pod(spec.formatted("true")))).isEmpty();
    }

    private static JsonNode pod(String spec) {
        return Json.parse(("{\"spec\": " + spec + "}").getBytes(StandardCharsets.UTF_8));
    }
}
