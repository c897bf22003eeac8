package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException.Cause;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

final class PodRules implements BuiltinRules.Particular {

    private static final String[] UNREACHABLE = {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"};

    @Override
    public void complete(ObjectNode pod, @Nullable ObjectNode old) {
        ObjectNode spec = Json.ensure(pod, "spec");
        PodDefaults.fill(spec);
        if (old != null) {
            return;
        }
        PodDefaults.putIfAbsent(spec, "serviceAccountName", "default");
        spec.put("serviceAccount", spec.path("serviceAccountName").asText());
        PodDefaults.putIfAbsent(spec, "preemptionPolicy", "PreemptLowerPriority");
        if (!spec.has("priority")) {
            spec.put("priority", 0);
        }
        if (!spec.has("enableServiceLinks")) {
            spec.put("enableServiceLinks", true);
        }
        tolerateLostNodes(spec);
        ObjectNode status = pod.putObject("status");
        status.put("phase", "Pending").put("qosClass", quality(spec));
    }

    /// A pod stays five minutes on a node that has gone, unless it says otherwise.
    private static void tolerateLostNodes(ObjectNode spec) {
        for (String taint : UNREACHABLE) {
            boolean said = false;
            for (JsonNode toleration : spec.path("tolerations")) {
                String key = toleration.path("key").asText("");
                String effect = toleration.path("effect").asText("");
                said |= (key.equals(taint) || key.isEmpty()) && (effect.isEmpty() || effect.equals("NoExecute"));
            }
            if (!said) {
                ArrayNode tolerations =
                        spec.get("tolerations") instanceof ArrayNode array ? array : spec.putArray("tolerations");
                tolerations
                        .addObject()
                        .put("key", taint)
                        .put("operator", "Exists")
                        .put("effect", "NoExecute")
                        .put("tolerationSeconds", 300);
            }
        }
    }

    private static String quality(JsonNode spec) {
        boolean any = false;
        boolean guaranteed = true;
        for (JsonNode container : spec.path("containers")) {
            JsonNode limits = container.path("resources").path("limits");
            JsonNode requests = container.path("resources").path("requests");
            any |= !limits.isEmpty() || !requests.isEmpty();
            for (String resource : new String[] {"cpu", "memory"}) {
                JsonNode limit = limits.path(resource);
                JsonNode request = requests.path(resource);
                guaranteed &= !limit.isMissingNode() && (request.isMissingNode() || request.equals(limit));
            }
        }
        if (!any) {
            return "BestEffort";
        }
        return guaranteed ? "Guaranteed" : "Burstable";
    }

    @Override
    public void validate(ObjectNode pod, @Nullable ObjectNode old, List<Cause> causes) {
        specification(pod.path("spec"), "spec", causes);
        if (old != null && !fixed(pod).equals(fixed(old))) {
            String why = "pod updates may not change fields other than `spec.containers[*].image`, "
                    + "`spec.initContainers[*].image`, `spec.activeDeadlineSeconds`, `spec.tolerations` or "
                    + "`spec.terminationGracePeriodSeconds`";
            causes.add(Cause.forbidden("spec", why));
        }
    }

    /// What may not change in a pod that exists; binding goes another way.
    private static JsonNode fixed(ObjectNode pod) {
        ObjectNode spec = pod.path("spec").deepCopy();
        spec.remove(
                List.of("activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "schedulingGates"));
        for (String list : new String[] {"containers", "initContainers"}) {
            Json.objects(spec.path(list)).forEach(container -> container.remove("image"));
        }
        return spec;
    }

    /// What holds for pods and for their templates.
    ///
    /// @param path of `spec`
    static void specification(JsonNode spec, String path, List<Cause> causes) {
        Set<String> names = new HashSet<>();
        Set<String> volumes = new HashSet<>();
        spec.path("volumes").forEach(volume -> volumes.add(volume.path("name").asText()));
        for (String list : new String[] {"initContainers", "containers"}) {
            for (int i = 0; i < spec.path(list).size(); i++) {
                JsonNode container = spec.path(list).get(i);
                String here = path + "." + list + "[" + i + "]";
                String name = container.path("name").asText();
                if (!Formats.isLabel(name)) {
                    causes.add(Cause.invalid(here + ".name", "\"" + name + "\"", "must be named like a DNS label"));
                } else if (!names.add(name)) {
                    causes.add(Cause.duplicate(here + ".name", "\"" + name + "\""));
                }
                if (container.path("image").asText("").isBlank()) {
                    causes.add(Cause.required(here + ".image", ""));
                }
                container(container, here, volumes, causes);
            }
        }
        oneOf(spec, "restartPolicy", path, Set.of("Always", "OnFailure", "Never"), causes);
        oneOf(spec, "dnsPolicy", path, Set.of("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"), causes);
        if (spec.path("terminationGracePeriodSeconds").asLong() < 0) {
            causes.add(Cause.invalid(
                    path + ".terminationGracePeriodSeconds",
                    spec.path("terminationGracePeriodSeconds").toString(),
                    "must be greater than or equal to 0"));
        }
    }

    private static void container(JsonNode container, String path, Set<String> volumes, List<Cause> causes) {
        for (int i = 0; i < container.path("ports").size(); i++) {
            JsonNode port = container.path("ports").get(i);
            String here = path + ".ports[" + i + "]";
            int number = port.path("containerPort").asInt();
            if (number < 1 || number > 65535) {
                causes.add(
                        Cause.invalid(here + ".containerPort", "" + number, "must be between 1 and 65535, inclusive"));
            }
            oneOf(port, "protocol", here, Set.of("TCP", "UDP", "SCTP"), causes);
        }
        for (int i = 0; i < container.path("volumeMounts").size(); i++) {
            String name = container.path("volumeMounts").get(i).path("name").asText();
            if (!volumes.contains(name)) {
                String message = "Not found: \"" + name + "\"";
                causes.add(new Cause("FieldValueNotFound", path + ".volumeMounts[" + i + "].name", message));
            }
        }
    }

    static void oneOf(JsonNode object, String field, String path, Set<String> allowed, List<Cause> causes) {
        JsonNode value = object.path(field);
        if (!value.isMissingNode() && !allowed.contains(value.asText())) {
            String list = String.join(
                    ", ", allowed.stream().sorted().map(v -> "\"" + v + "\"").toList());
            String message = "Unsupported value: " + value + ": supported values: " + list;
            causes.add(new Cause("FieldValueNotSupported", path + "." + field, message));
        }
    }
}
