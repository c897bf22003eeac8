package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.topology.NodeSpace;
import io.stentor.model.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A pod that has a network, on its node.
///
/// @param pod     as it was when it started; its spec does not change
/// @param sandbox its network
record PodContext(NodeContext node, ObjectNode pod, Sandbox sandbox) {

    /// The cluster's DNS server, by what Kubernetes clusters agree on: the tenth address of the service range.
    private static final Map<Family, String> DNS = Map.of(Family.IPV4, "10.96.0.10", Family.IPV6, "fd00:10:96::a");

    ObjectName name() {
        return ObjectName.of(pod);
    }

    String uid() {
        return pod.path("metadata").path("uid").asText();
    }

    /// The pod's addresses: its node's when it shares the node's network.
    List<String> addresses() {
        return sandbox.hostNetwork() ? node.addresses() : sandbox.addresses();
    }

    /// Name of the pod's cgroup, below the node's.
    String cgroup() {
        return "kubepods/pod" + uid();
    }

    /// The pod's files, as the machine sees them.
    Path folder() {
        return folder(node.space(), uid());
    }

    static Path folder(NodeSpace space, String uid) {
        return space.outside(NodeSpace.INSIDE).resolve("pods").resolve(uid);
    }

    /// The pod's files, as the node sees them.
    Path folderInside() {
        return NodeSpace.INSIDE.resolve("pods").resolve(uid());
    }

    /// What `fieldRef` may ask for, by its path.
    Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("metadata.name", name().name());
        facts.put("metadata.namespace", name().namespace());
        facts.put("metadata.uid", uid());
        facts.put("spec.nodeName", node.host().name());
        facts.put(
                "spec.serviceAccountName",
                pod.path("spec").path("serviceAccountName").asText("default"));
        facts.put("status.hostIP", node.addresses().getFirst());
        facts.put("status.hostIPs", String.join(",", node.addresses()));
        facts.put("status.podIP", addresses().isEmpty() ? "" : addresses().getFirst());
        facts.put("status.podIPs", String.join(",", addresses()));
        return facts;
    }

    /// Writes what the pod finds as `/etc/hosts` and `/etc/resolv.conf`.
    void writeFiles() throws IOException {
        Files.createDirectories(folder());
        Files.writeString(folder().resolve("hosts"), hosts());
        Files.writeString(folder().resolve("resolv.conf"), resolver());
    }

    private String hosts() throws IOException {
        if (sandbox.hostNetwork()) {
            return Files.readString(node.space().outside(NodeSpace.INSIDE).resolve("hosts"));
        }
        StringBuilder text = new StringBuilder("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
        addresses()
                .forEach(a ->
                        text.append(a).append(' ').append(Launch.hostname(pod)).append('\n'));
        for (JsonNode alias : pod.path("spec").path("hostAliases")) {
            text.append(alias.path("ip").asText());
            alias.path("hostnames").forEach(n -> text.append(' ').append(n.asText()));
            text.append('\n');
        }
        return text.toString();
    }

    private String resolver() throws IOException {
        String policy = pod.path("spec").path("dnsPolicy").asText("ClusterFirst");
        JsonNode config = pod.path("spec").path("dnsConfig");
        List<String> lines = new ArrayList<>();
        Path machine = Path.of("/etc/resolv.conf");
        if (policy.equals("Default") || (policy.equals("ClusterFirst") && sandbox.hostNetwork())) {
            lines.addAll(Files.exists(machine) ? Files.readAllLines(machine) : List.of());
        } else if (!policy.equals("None")) {
            String namespace = name().namespace();
            lines.add("search " + namespace + ".svc.cluster.local svc.cluster.local cluster.local");
            Family first = node.host().addresses().getFirst().family();
            lines.add("nameserver " + DNS.get(first));
            lines.add("options ndots:5");
        }
        config.path("nameservers").forEach(server -> lines.add("nameserver " + server.asText()));
        List<String> searches = new ArrayList<>();
        config.path("searches").forEach(domain -> searches.add(domain.asText()));
        if (!searches.isEmpty()) {
            lines.add("search " + String.join(" ", searches));
        }
        config.path("options")
                .forEach(option -> lines.add("options " + option.path("name").asText()
                        + (option.has("value") ? ":" + option.path("value").asText() : "")));
        return String.join("\n", lines) + "\n";
    }
}
