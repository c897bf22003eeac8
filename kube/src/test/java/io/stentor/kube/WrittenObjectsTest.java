package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.stentor.model.Addresses;
import io.stentor.model.Attachment;
import io.stentor.model.Cidr;
import io.stentor.model.Endpoint;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import io.stentor.model.NodeAddress;
import io.stentor.model.PodName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What the agent writes, held against the definitions of its kinds: an API server drops what a schema does not have
/// without a word, and refuses what is of another type.
class WrittenObjectsTest {

    private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

    private static Tree schema(String plural) throws Exception {
        Path file = Path.of("src/main/resources/io/stentor/kube/crd", plural + ".yaml");
        Tree crd = new Tree(SERIALIZATION.unmarshal(Files.readString(file), Map.class));
        return crd.at("spec", "versions").items().getFirst().at("schema", "openAPIV3Schema");
    }

    private static List<String> lost(String plural, GenericKubernetesResource object) throws Exception {
        List<String> problems = new ArrayList<>();
        Tree written = new Tree(SERIALIZATION.convertValue(object, Map.class));
        compare("", written, schema(plural), problems);
        return problems;
    }

    private static void compare(String path, Tree value, Tree schema, List<String> problems) {
        // The server's own, with a schema of its own.
        if (path.equals(".metadata")) {
            return;
        }
        boolean fits = switch (schema.at("type").text().orElse("")) {
            case "object" -> value.value() instanceof Map;
            case "array" -> value.value() instanceof List;
            case "string" -> value.value() instanceof String;
            case "boolean" -> value.value() instanceof Boolean;
            case "integer" -> value.value() instanceof Integer || value.value() instanceof Long;
            default -> false;
        };
        if (!fits) {
            problems.add(path + " is not what the schema says: " + value.value());
            return;
        }
        List<Tree> allowed = schema.at("enum").items();
        if (!allowed.isEmpty() && !allowed.contains(value)) {
            problems.add(path + " is none of the schema's values: " + value.value());
        }
        value.items().forEach(item -> compare(path + "[]", item, schema.at("items"), problems));
        if (value.value() instanceof Map<?, ?> fields) {
            fields.keySet().forEach(key -> {
                String name = String.valueOf(key);
                Tree mapped = schema.at("additionalProperties");
                Tree field = mapped.value() != null ? mapped : schema.at("properties", name);
                compare(path + "." + name, value.at(name), field, problems);
            });
        }
        for (Tree name : schema.at("required").items()) {
            if (value.at(name.text().orElse("")).value() == null) {
                problems.add(path + " lacks " + name.value());
            }
        }
    }

    private static LocalNode node() {
        return new LocalNode(
                "n",
                "uid",
                List.of(new NodeAddress(NodeAddress.Type.INTERNAL_IP, IpAddress.of("192.168.60.11"))),
                List.of(Cidr.of("10.0.0.0/24")),
                new LocalNode.Metadata(Map.of("a", "b"), Map.of()));
    }

    @Test
    void nothing_of_a_cilium_node_is_lost() throws Exception {
        for (IpamMode mode : IpamMode.values()) {
            NodeObject object = new NodeObject(node(), mode, Optional.of(true));
            assertThat(lost("ciliumnodes", object.whole(List.of("10.0.0.0/24"), SERIALIZATION)))
                    .isEmpty();
        }
    }

    @Test
    void nothing_of_a_cilium_endpoint_is_lost() throws Exception {
        Endpoint endpoint = new Endpoint(
                7,
                new Attachment("c0ffee", "eth0", "stn0", 7, MacAddress.of("02:00:00:00:00:01")),
                new PodName("default", "p", "uid"),
                new Addresses(Optional.of(IpAddress.of("10.0.0.7")), Optional.of(IpAddress.of("fd00::7"))),
                5);
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withName("p")
                .withNamespace("default")
                .withUid("uid")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .addNewPort()
                .withName("http")
                .withContainerPort(80)
                .endPort()
                .endContainer()
                .endSpec()
                .build();
        EndpointObject object = new EndpointObject(endpoint, pod, IpAddress.of("192.168.60.11"));
        assertThat(lost("ciliumendpoints", object.whole(SERIALIZATION))).isEmpty();
    }

    @Test
    void a_field_that_the_schema_does_not_have_is_found() throws Exception {
        GenericKubernetesResource object =
                new NodeObject(node(), IpamMode.KUBERNETES, Optional.empty()).whole(List.of(), SERIALIZATION);
        object.setAdditionalProperty("spec", Map.of("adresses", List.of(), "bootid", 1));
        assertThat(lost("ciliumnodes", object))
                .containsExactlyInAnyOrder(
                        ".spec.adresses is not what the schema says: []",
                        ".spec.bootid is not what the schema says: 1");
    }
}
