package io.stentor.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException.Cause;
import io.stentor.model.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Services, with the addresses and node ports that they are given. What is taken is read from the services that there
/// are, under the store's lock; nothing is kept beside them.
final class ServiceRules implements BuiltinRules.Particular {

    private final ServiceAddresses addresses;

    ServiceRules(ServiceAddresses addresses) {
        this.addresses = addresses;
    }

    @Override
    public void complete(ObjectNode service, @Nullable ObjectNode old) {
        ObjectNode spec = Json.ensure(service, "spec");
        PodDefaults.putIfAbsent(spec, "type", "ClusterIP");
        PodDefaults.putIfAbsent(spec, "sessionAffinity", "None");
        String type = spec.path("type").asText();
        for (ObjectNode port : Json.objects(spec.path("ports"))) {
            PodDefaults.putIfAbsent(port, "protocol", "TCP");
            if (!port.has("targetPort")) {
                port.set("targetPort", port.path("port"));
            }
        }
        if (spec.path("sessionAffinity").asText().equals("ClientIP")) {
            ObjectNode client = Json.ensure(spec, "sessionAffinityConfig.clientIP");
            if (!client.has("timeoutSeconds")) {
                client.put("timeoutSeconds", 10800);
            }
        }
        if (old == null && !service.path("status").isObject()) {
            service.putObject("status").putObject("loadBalancer");
        }
        if (type.equals("ExternalName")) {
            return;
        }
        PodDefaults.putIfAbsent(spec, "internalTrafficPolicy", "Cluster");
        boolean external = type.equals("NodePort") || type.equals("LoadBalancer");
        if (external) {
            PodDefaults.putIfAbsent(spec, "externalTrafficPolicy", "Cluster");
        }
        if (type.equals("LoadBalancer") && !spec.has("allocateLoadBalancerNodePorts")) {
            spec.put("allocateLoadBalancerNodePorts", true);
        }
        keepAddresses(spec, old);
        allocate(service, spec);
        if (external) {
            nodePorts(service, spec, old);
        }
    }

    private static void keepAddresses(ObjectNode spec, @Nullable ObjectNode old) {
        if (old == null || Json.text(old, "spec.type").equals("ExternalName")) {
            return;
        }
        for (String field : List.of("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")) {
            if (!spec.has(field) && old.path("spec").has(field)) {
                spec.set(field, old.path("spec").get(field).deepCopy());
            }
        }
    }

    private void allocate(ObjectNode service, ObjectNode spec) {
        PodDefaults.putIfAbsent(spec, "ipFamilyPolicy", "SingleStack");
        String asked =
                spec.path("clusterIP").asText(spec.path("clusterIPs").path(0).asText(""));
        if (!spec.has("ipFamilies")) {
            ArrayNode families = spec.putArray("ipFamilies");
            addresses.families(spec.path("ipFamilyPolicy").asText(), asked).forEach(f -> families.add(name(f)));
        }
        if (asked.equals("None")) {
            spec.put("clusterIP", "None").putArray("clusterIPs").add("None");
            return;
        }
        List<String> given = new ArrayList<>();
        spec.path("clusterIPs").forEach(ip -> given.add(ip.asText()));
        if (given.isEmpty() && !asked.isEmpty()) {
            given.add(asked);
        }
        for (int i = given.size(); i < spec.path("ipFamilies").size(); i++) {
            Family family = spec.path("ipFamilies").get(i).asText().equals("IPv6") ? Family.IPV6 : Family.IPV4;
            addresses.free(family, ObjectName.of(service)).ifPresent(given::add);
        }
        ArrayNode all = spec.putArray("clusterIPs");
        given.forEach(all::add);
        if (!given.isEmpty()) {
            spec.put("clusterIP", given.getFirst());
        }
    }

    private static String name(Family family) {
        return family == Family.IPV4 ? "IPv4" : "IPv6";
    }

    private void nodePorts(ObjectNode service, ObjectNode spec, @Nullable ObjectNode old) {
        if (!spec.path("allocateLoadBalancerNodePorts").asBoolean(true)) {
            return;
        }
        Set<Integer> taken = addresses.takenPorts(ObjectName.of(service));
        spec.path("ports").forEach(port -> taken.add(port.path("nodePort").asInt(0)));
        for (ObjectNode port : Json.objects(spec.path("ports"))) {
            if (port.path("nodePort").asInt(0) != 0) {
                continue;
            }
            int before = 0;
            for (JsonNode was : Json.at(old == null ? Json.object() : old, "spec.ports")) {
                boolean same = was.path("port").equals(port.path("port"))
                        && was.path("protocol").equals(port.path("protocol"));
                before = same ? was.path("nodePort").asInt(0) : before;
            }
            int chosen = before != 0 && !taken.contains(before) ? before : ServiceAddresses.freePort(taken);
            taken.add(chosen);
            port.put("nodePort", chosen);
        }
    }

    @Override
    public void validate(ObjectNode service, @Nullable ObjectNode old, List<Cause> causes) {
        JsonNode spec = service.path("spec");
        String type = spec.path("type").asText();
        PodRules.oneOf(spec, "type", "spec", Set.of("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"), causes);
        PodRules.oneOf(spec, "sessionAffinity", "spec", Set.of("None", "ClientIP"), causes);
        if (type.equals("ExternalName")) {
            if (spec.path("externalName").asText("").isEmpty()) {
                causes.add(Cause.required("spec.externalName", ""));
            }
            return;
        }
        boolean headless = spec.path("clusterIP").asText().equals("None");
        if (spec.path("ports").isEmpty() && !headless) {
            causes.add(Cause.required("spec.ports", ""));
        }
        for (int i = 0; i < spec.path("ports").size(); i++) {
            port(
                    spec.path("ports").get(i),
                    "spec.ports[" + i + "]",
                    spec.path("ports").size() > 1,
                    causes);
        }
        for (int i = 0; i < spec.path("clusterIPs").size() && !headless; i++) {
            String ip = spec.path("clusterIPs").get(i).asText();
            addresses
                    .objection(ip, ObjectName.of(service))
                    .ifPresent(why -> causes.add(Cause.invalid("spec.clusterIPs", "\"" + ip + "\"", why)));
        }
        if (!headless && spec.path("clusterIPs").isEmpty()) {
            causes.add(Cause.invalid("spec.clusterIP", "\"\"", "no address of the asked family is free"));
        }
        String was = old == null ? "" : Json.text(old, "spec.clusterIP");
        if (!was.isEmpty()
                && !Json.text(old, "spec.type").equals("ExternalName")
                && !was.equals(spec.path("clusterIP").asText())) {
            causes.add(
                    Cause.invalid("spec.clusterIPs[0]", spec.path("clusterIP").toString(), "may not change once set"));
        }
    }

    private static void port(JsonNode port, String path, boolean several, List<Cause> causes) {
        int number = port.path("port").asInt();
        if (number < 1 || number > 65535) {
            causes.add(Cause.invalid(path + ".port", "" + number, "must be between 1 and 65535, inclusive"));
        }
        if (several && port.path("name").asText("").isEmpty()) {
            causes.add(Cause.required(path + ".name", ""));
        }
        PodRules.oneOf(port, "protocol", path, Set.of("TCP", "UDP", "SCTP"), causes);
    }
}
