package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/// What `kubectl get` shows of the built-in kinds, in the order of their columns in `kinds.json`.
final class BuiltinCells {

    private static final String NONE = "<none>";

    private BuiltinCells() {}

    /// Text or whole numbers.
    static List<Object> of(Kind kind, JsonNode o) {
        String name = Json.text(o, "metadata.name");
        String age = age(o);
        return switch (kind.resource().plural()) {
            case "namespaces" -> List.of(name, Json.text(o, "status.phase"), age);
            case "nodes" -> NodeCells.of(o);
            case "pods" -> PodCells.of(o);
            case "services" ->
                List.of(
                        name,
                        Json.text(o, "spec.type"),
                        orNone(Json.text(o, "spec.clusterIP")),
                        externalAddress(o),
                        servicePorts(Json.at(o, "spec.ports")),
                        age,
                        labels(Json.at(o, "spec.selector")));
            case "endpoints" -> List.of(name, endpoints(o), age);
            case "configmaps" ->
                List.of(name, o.path("data").size() + o.path("binaryData").size(), age);
            case "secrets" -> List.of(name, Json.text(o, "type"), o.path("data").size(), age);
            case "serviceaccounts" -> List.of(name, o.path("secrets").size(), age);
            case "events" -> EventCells.of(o);
            case "deployments" -> deployment(o);
            case "replicasets" ->
                join(
                        List.of(
                                name,
                                number(o, "spec.replicas"),
                                number(o, "status.replicas"),
                                number(o, "status.readyReplicas"),
                                age),
                        containers(o));
            case "daemonsets" ->
                join(
                        List.of(
                                name,
                                number(o, "status.desiredNumberScheduled"),
                                number(o, "status.currentNumberScheduled"),
                                number(o, "status.numberReady"),
                                number(o, "status.updatedNumberScheduled"),
                                number(o, "status.numberAvailable"),
                                labels(Json.at(o, "spec.template.spec.nodeSelector")),
                                age),
                        containers(o));
            case "endpointslices" -> List.of(name, Json.text(o, "addressType"), slicePorts(o), sliceAddresses(o), age);
            case "leases" -> List.of(name, Json.text(o, "spec.holderIdentity"), age);
            case "rolebindings", "clusterrolebindings" -> binding(o);
            case "networkpolicies" -> List.of(name, selector(Json.at(o, "spec.podSelector")), age);
            case "ingresses" -> ingress(o);
            case "ingressclasses" ->
                List.of(name, Json.text(o, "spec.controller"), orNone(Json.text(o, "spec.parameters.name")), age);
            case "poddisruptionbudgets" ->
                List.of(
                        name,
                        Json.at(o, "spec.minAvailable").asText("N/A"),
                        Json.at(o, "spec.maxUnavailable").asText("N/A"),
                        number(o, "status.disruptionsAllowed"),
                        age);
            case "priorityclasses" ->
                List.of(name, number(o, "value"), o.path("globalDefault").asBoolean(), age);
            default -> List.of(name, Json.text(o, "metadata.creationTimestamp"));
        };
    }

    static String age(JsonNode object) {
        return Cells.age(Json.text(object, "metadata.creationTimestamp"));
    }

    static int number(JsonNode object, String path) {
        return Json.at(object, path).asInt(0);
    }

    static String orNone(String text) {
        return text.isEmpty() ? NONE : text;
    }

    private static List<Object> join(List<Object> a, List<Object> b) {
        List<Object> all = new ArrayList<>(a);
        all.addAll(b);
        return all;
    }

    private static List<Object> deployment(JsonNode o) {
        return join(
                List.of(
                        Json.text(o, "metadata.name"),
                        number(o, "status.readyReplicas") + "/" + number(o, "spec.replicas"),
                        number(o, "status.updatedReplicas"),
                        number(o, "status.availableReplicas"),
                        age(o)),
                containers(o));
    }

    /// Container names, images and the selector of what has a template.
    private static List<Object> containers(JsonNode o) {
        List<String> names = new ArrayList<>();
        List<String> images = new ArrayList<>();
        for (JsonNode container : Json.at(o, "spec.template.spec.containers")) {
            names.add(container.path("name").asText());
            images.add(container.path("image").asText());
        }
        return List.of(String.join(",", names), String.join(",", images), selector(Json.at(o, "spec.selector")));
    }

    private static String selector(JsonNode selector) {
        return orNone(LabelSelector.of(selector).toString());
    }

    static String labels(JsonNode map) {
        List<String> all = new ArrayList<>();
        map.properties().forEach(e -> all.add(e.getKey() + "=" + e.getValue().asText()));
        return orNone(String.join(",", all));
    }

    private static String externalAddress(JsonNode o) {
        List<String> all = new ArrayList<>();
        for (JsonNode ingress : Json.at(o, "status.loadBalancer.ingress")) {
            all.add(ingress.path("ip").asText(ingress.path("hostname").asText()));
        }
        Json.at(o, "spec.externalIPs").forEach(ip -> all.add(ip.asText()));
        return switch (Json.text(o, "spec.type")) {
            case "ExternalName" -> Json.text(o, "spec.externalName");
            case "LoadBalancer" -> all.isEmpty() ? "<pending>" : String.join(",", all);
            default -> orNone(String.join(",", all));
        };
    }

    private static String servicePorts(JsonNode ports) {
        List<String> all = new ArrayList<>();
        for (JsonNode port : ports) {
            int node = port.path("nodePort").asInt(0);
            all.add(port.path("port").asInt() + (node == 0 ? "" : ":" + node) + "/"
                    + port.path("protocol").asText("TCP"));
        }
        return orNone(String.join(",", all));
    }

    private static String endpoints(JsonNode o) {
        List<String> all = new ArrayList<>();
        for (JsonNode subset : o.path("subsets")) {
            for (JsonNode address : subset.path("addresses")) {
                String ip = address.path("ip").asText();
                String shown = ip.contains(":") ? "[" + ip + "]" : ip;
                subset.path("ports")
                        .forEach(p -> all.add(shown + ":" + p.path("port").asInt()));
                if (subset.path("ports").isEmpty()) {
                    all.add(ip);
                }
            }
        }
        return few(all);
    }

    /// The first three, and how many more there are.
    private static String few(List<String> all) {
        String shown = String.join(",", all.subList(0, Math.min(3, all.size())));
        return all.size() > 3 ? shown + " + " + (all.size() - 3) + " more..." : orNone(shown);
    }

    private static String slicePorts(JsonNode o) {
        List<String> all = new ArrayList<>();
        o.path("ports").forEach(p -> all.add(p.path("port").asText("*")));
        return all.isEmpty() ? "<unset>" : few(all);
    }

    private static String sliceAddresses(JsonNode o) {
        List<String> all = new ArrayList<>();
        o.path("endpoints").forEach(e -> e.path("addresses").forEach(a -> all.add(a.asText())));
        return all.isEmpty() ? "<unset>" : few(all);
    }

    private static List<Object> binding(JsonNode o) {
        List<Object> row = new ArrayList<>();
        row.add(Json.text(o, "metadata.name"));
        row.add(Json.text(o, "roleRef.kind") + "/" + Json.text(o, "roleRef.name"));
        row.add(age(o));
        for (String kind : List.of("User", "Group", "ServiceAccount")) {
            List<String> all = new ArrayList<>();
            for (JsonNode subject : o.path("subjects")) {
                if (subject.path("kind").asText().equals(kind)) {
                    String namespace = subject.path("namespace").asText("");
                    all.add(
                            namespace.isEmpty()
                                    ? subject.path("name").asText()
                                    : namespace + "/" + subject.path("name").asText());
                }
            }
            row.add(String.join(", ", all));
        }
        return row;
    }

    private static List<Object> ingress(JsonNode o) {
        List<String> hosts = new ArrayList<>();
        Json.at(o, "spec.rules").forEach(r -> hosts.add(r.path("host").asText("*")));
        List<String> addresses = new ArrayList<>();
        Json.at(o, "status.loadBalancer.ingress")
                .forEach(i ->
                        addresses.add(i.path("ip").asText(i.path("hostname").asText())));
        return List.of(
                Json.text(o, "metadata.name"),
                orNone(Json.text(o, "spec.ingressClassName")),
                hosts.isEmpty() ? "*" : few(hosts),
                String.join(",", addresses),
                Json.at(o, "spec.tls").isEmpty() ? "80" : "80, 443",
                age(o));
    }
}
