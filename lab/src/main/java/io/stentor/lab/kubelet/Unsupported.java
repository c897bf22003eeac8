package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.stentor.lab.api.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// What a pod's spec asks for and the lab does not do. Pure.
final class Unsupported {

    /// Fields that are honoured, that have no meaning for one node, or that the API server fills in.
    private static final Set<String> POD = Set.of(
            "containers",
            "nodeName",
            "nodeSelector",
            "affinity",
            "tolerations",
            "schedulerName",
            "schedulingGates",
            "hostNetwork",
            "hostname",
            "hostAliases",
            "dnsPolicy",
            "dnsConfig",
            "restartPolicy",
            "terminationGracePeriodSeconds",
            "serviceAccountName",
            "serviceAccount",
            "automountServiceAccountToken",
            "enableServiceLinks",
            "preemptionPolicy",
            "priority",
            "priorityClassName",
            "imagePullSecrets",
            "volumes");

    private static final Set<String> CONTAINER = Set.of(
            "name",
            "image",
            "imagePullPolicy",
            "command",
            "args",
            "env",
            "ports",
            "workingDir",
            "readinessProbe",
            "livenessProbe",
            "startupProbe",
            "terminationMessagePath",
            "terminationMessagePolicy",
            "volumeMounts");

    private Unsupported() {}

    /// The paths of fields that have no effect, in the order of the spec.
    static List<String> fields(JsonNode pod) {
        List<String> found = new ArrayList<>();
        JsonNode spec = pod.path("spec");
        spec.properties().forEach(field -> {
            if (!POD.contains(field.getKey()) && meansSomething(asked(field.getKey(), field.getValue()))) {
                found.add("spec." + field.getKey());
            }
        });
        int number = 0;
        for (JsonNode volume : spec.path("volumes")) {
            String path = "spec.volumes[" + number++ + "].";
            volume.properties().stream()
                    .map(field -> field.getKey())
                    .filter(kind -> !kind.equals("name") && !kind.equals("configMap"))
                    .forEach(kind -> found.add(path + kind));
        }
        int index = 0;
        for (JsonNode container : spec.path("containers")) {
            String path = "spec.containers[" + index++ + "]";
            container.properties().forEach(field -> {
                if (!CONTAINER.contains(field.getKey()) && meansSomething(asked(field.getKey(), field.getValue()))) {
                    found.add(path + "." + field.getKey());
                }
            });
            int mount = 0;
            for (JsonNode each : container.path("volumeMounts")) {
                String at = path + ".volumeMounts[" + mount++ + "].";
                Stream.of("subPath", "subPathExpr").filter(each::has).forEach(field -> found.add(at + field));
            }
        }
        return found;
    }

    /// Without the volume with a token, which nobody asks for: API servers add it to every pod.
    private static JsonNode asked(String field, JsonNode value) {
        if (!field.equals("volumes") && !field.equals("volumeMounts")) {
            return value;
        }
        ArrayNode asked = Json.array();
        for (JsonNode volume : value) {
            String name = volume.path("name").asText();
            if (!name.startsWith("kube-api-access-") && !name.matches(".*-token-[a-z0-9]{5}")) {
                asked.add(volume);
            }
        }
        return asked;
    }

    private static boolean meansSomething(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT, ARRAY -> !value.isEmpty();
            case BOOLEAN -> value.booleanValue();
            case NULL, MISSING -> false;
            default -> true;
        };
    }

    /// The images that nobody runs.
    static List<String> images(JsonNode pod) {
        List<String> images = new ArrayList<>();
        for (JsonNode container : pod.path("spec").path("containers")) {
            String image = container.path("image").asText("");
            if (!image.isEmpty() && !images.contains(image)) {
                images.add(image);
            }
        }
        return images;
    }
}
