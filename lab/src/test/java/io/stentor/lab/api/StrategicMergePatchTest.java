package io.stentor.lab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrategicMergePatchTest {

    /// The object, the patch, and what becomes of them; lists of pods, services, nodes with the keys they are known by.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            value = {
                "Pod | {spec: {containers: [{name: a, image: x}, {name: b}]}} | {spec: {containers: [{name: a, image: y}]}}"
                        + " | {spec: {containers: [{name: a, image: y}, {name: b}]}}",
                "Pod | {spec: {containers: [{name: a, env: [{name: E, value: '1'}, {name: F, value: '2'}]}]}}"
                        + " | {spec: {containers: [{name: a, env: [{name: F, $patch: delete}, {name: G, value: '3'}]}]}}"
                        + " | {spec: {containers: [{name: a, env: [{name: E, value: '1'}, {name: G, value: '3'}]}]}}",
                "Pod | {spec: {containers: [{name: a, ports: [{containerPort: 80, name: web}]}]}}"
                        + " | {spec: {containers: [{name: a, ports: [{containerPort: 81}]}]}}"
                        + " | {spec: {containers: [{name: a, ports: [{containerPort: 80, name: web}, {containerPort: 81}]}]}}",
                "Pod | {spec: {tolerations: [{key: a}, {key: b}]}} | {spec: {tolerations: [{key: c}]}} | {spec: {tolerations: [{key: c}]}}",
                "Pod | {spec: {containers: [{name: a}]}} | {spec: {containers: [{$patch: replace}, {name: z}]}} | {spec: {containers: [{name: z}]}}",
                "Pod | {metadata: {finalizers: [a, b]}} | {metadata: {finalizers: [c], $deleteFromPrimitiveList/finalizers: [a]}} | {metadata: {finalizers: [b, c]}}",
                "Pod | {metadata: {labels: {a: b, c: d}}} | {metadata: {labels: {a: null, e: f}}} | {metadata: {labels: {c: d, e: f}}}",
                "Pod | {metadata: {labels: {a: b}}} | {metadata: {labels: {$patch: replace, z: y}}} | {metadata: {labels: {z: y}}}",
                "Pod | {spec: {volumes: [{name: v, emptyDir: {}}]}} | {spec: {volumes: [{name: v, hostPath: {path: /x}, $retainKeys: [name, hostPath]}]}}"
                        + " | {spec: {volumes: [{name: v, hostPath: {path: /x}}]}}",
                "Node | {status: {conditions: [{type: Ready, status: 'False'}, {type: Disk, status: 'False'}]}}"
                        + " | {status: {conditions: [{type: Ready, status: 'True'}]}}"
                        + " | {status: {conditions: [{type: Ready, status: 'True'}, {type: Disk, status: 'False'}]}}",
                "Node | {spec: {taints: [{key: a}]}} | {spec: {taints: [{key: b}]}} | {spec: {taints: [{key: b}]}}",
                "Service | {spec: {ports: [{port: 80, nodePort: 30000}]}} | {spec: {ports: [{port: 80, targetPort: 8080}]}}"
                        + " | {spec: {ports: [{port: 80, nodePort: 30000, targetPort: 8080}]}}",
                "Pod | {spec: {containers: [{name: a}, {name: b}]}} | {spec: {containers: [{name: c}], $setElementOrder/containers: [{name: c}, {name: a}, {name: b}]}}"
                        + " | {spec: {containers: [{name: c}, {name: a}, {name: b}]}}",
            })
    void lists_of_known_types_are_merged_by_their_keys(String type, String target, String patch, String expected) {
        ObjectNode merged = StrategicMergePatch.apply(type, Objects.yaml(target), Objects.yaml(patch));
        assertThat(merged).isEqualTo(Objects.yaml(expected));
    }

    @Test
    void an_element_without_its_key_is_refused() {
        ObjectNode pod = Objects.yaml("{spec: {containers: [{name: a}]}}");
        ObjectNode patch = Objects.yaml("{spec: {containers: [{image: x}]}}");
        assertThatThrownBy(() -> StrategicMergePatch.apply("Pod", pod, patch))
                .hasMessage("map: {\"image\":\"x\"} does not contain declared merge key: name");
    }
}
