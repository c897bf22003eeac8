package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// What a pod's specification says where its author left it out. Used for pods and for the templates of pods.
final class PodDefaults {

    private PodDefaults() {}

    static void fill(ObjectNode spec) {
        putIfAbsent(spec, "restartPolicy", "Always");
        putIfAbsent(spec, "dnsPolicy", "ClusterFirst");
        putIfAbsent(spec, "schedulerName", "default-scheduler");
        if (!spec.has("terminationGracePeriodSeconds")) {
            spec.put("terminationGracePeriodSeconds", 30);
        }
        if (!spec.has("securityContext")) {
            spec.putObject("securityContext");
        }
        String account = spec.path("serviceAccountName")
                .asText(spec.path("serviceAccount").asText(""));
        if (!account.isEmpty()) {
            spec.put("serviceAccountName", account).put("serviceAccount", account);
        }
        boolean host = spec.path("hostNetwork").asBoolean();
        for (String list : new String[] {"initContainers", "containers"}) {
            Json.objects(spec.path(list)).forEach(container -> container(container, host));
        }
        for (ObjectNode volume : Json.objects(spec.path("volumes"))) {
            if (volume.size() == 1) {
                volume.putObject("emptyDir");
            }
            for (String kind : new String[] {"configMap", "secret", "downwardAPI", "projected"}) {
                if (volume.get(kind) instanceof ObjectNode source && !source.has("defaultMode")) {
                    source.put("defaultMode", 0644);
                }
            }
            if (volume.get("hostPath") instanceof ObjectNode path) {
                putIfAbsent(path, "type", "");
            }
        }
    }

    private static void container(ObjectNode container, boolean hostNetwork) {
        putIfAbsent(container, "terminationMessagePath", "/dev/termination-log");
        putIfAbsent(container, "terminationMessagePolicy", "File");
        if (!container.has("resources")) {
            container.putObject("resources");
        }
        String image = container.path("image").asText("");
        boolean latest =
                !image.contains("@") && (image.endsWith(":latest") || image.lastIndexOf(':') <= image.lastIndexOf('/'));
        putIfAbsent(container, "imagePullPolicy", latest ? "Always" : "IfNotPresent");
        for (ObjectNode port : Json.objects(container.path("ports"))) {
            putIfAbsent(port, "protocol", "TCP");
            if (hostNetwork && !port.has("hostPort")) {
                port.set("hostPort", port.path("containerPort"));
            }
        }
        for (String probe : new String[] {"livenessProbe", "readinessProbe", "startupProbe"}) {
            if (container.get(probe) instanceof ObjectNode node) {
                probe(node);
            }
        }
        for (ObjectNode variable : Json.objects(container.path("env"))) {
            if (variable.at("/valueFrom/fieldRef") instanceof ObjectNode reference) {
                putIfAbsent(reference, "apiVersion", "v1");
            }
        }
    }

    private static void probe(ObjectNode probe) {
        String[] names = {"timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"};
        int[] values = {1, 10, 1, 3};
        for (int i = 0; i < names.length; i++) {
            if (probe.path(names[i]).asInt(0) == 0) {
                probe.put(names[i], values[i]);
            }
        }
        if (probe.get("httpGet") instanceof ObjectNode get) {
            putIfAbsent(get, "path", "/");
            putIfAbsent(get, "scheme", "HTTP");
        }
    }

    static void putIfAbsent(ObjectNode object, String field, String value) {
        JsonNode there = object.path(field);
        if (there.isMissingNode() || there.isNull()) {
            object.put(field, value);
        }
    }
}
