package io.stentor.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.stentor.lab.api.DeleteOptions;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// The demo: three servers in a Deployment, a Service before them, and a client on another node that asks it, by its
/// address and by a node's port. Deploying it again replaces what is there.
final class Demo {
    static final ObjectName CLIENT = new ObjectName("demo", "client");
    static final int SERVER_COUNT = 3;

    private static final ObjectName SERVERS = new ObjectName("demo", "hello");
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final YAMLMapper YAML = new YAMLMapper();

    private final ObjectApi objects;
    private final Path program;
    private final String lab;
    private final String clientNode;

    /// @param program    the server and client in one
    /// @param lab        whose nodes are meant, where the cluster has others
    /// @param clientNode where the client runs; the servers run elsewhere, if there is an elsewhere
    Demo(ObjectApi objects, Path program, String lab, String clientNode) {
        this.objects = objects;
        this.lab = lab;
        this.program = program;
        this.clientNode = clientNode;
    }

    /// Deploys, and returns when the client runs.
    void deploy() throws InterruptedException {
        if (objects.find(Resource.NAMESPACES, new ObjectName("", SERVERS.namespace()))
                .isEmpty()) {
            ObjectNode namespace = Json.object();
            namespace.putObject("metadata").put("name", SERVERS.namespace());
            objects.create(Resource.NAMESPACES, namespace);
        }
        if (objects.find(Resource.PODS, CLIENT).isPresent()) {
            objects.delete(Resource.PODS, CLIENT, DeleteOptions.DEFAULT);
        }
        await(
                "the former client to end",
                () -> objects.find(Resource.PODS, CLIENT).isEmpty());
        ObjectNode servers = template("demo-servers.yaml", Map.of());
        if (objects.find(Resource.DEPLOYMENTS, SERVERS).isEmpty()) {
            objects.create(Resource.DEPLOYMENTS, servers);
        } else {
            objects.update(Resource.DEPLOYMENTS, servers);
        }
        if (objects.find(Resource.SERVICES, SERVERS).isEmpty()) {
            objects.create(Resource.SERVICES, template("demo-service.yaml", Map.of()));
        }
        await("the servers to be ready", () -> ready() == SERVER_COUNT);
        String addresses = "\"%s\", \"%s\"".formatted(clusterAddress(), nodeAddress());
        objects.create(Resource.PODS, template("demo-client.yaml", Map.of("ADDRESSES", addresses)));
        await(
                "the client to run",
                () -> Json.text(objects.get(Resource.PODS, CLIENT), "status.phase")
                        .equals("Running"));
    }

    /// How many servers stand behind the service.
    private int ready() {
        Set<String> ready = new HashSet<>();
        Selection slices = Selection.withLabels(SERVERS.namespace(), "kubernetes.io/service-name=" + SERVERS.name());
        for (JsonNode slice : objects.list(Resource.ENDPOINT_SLICES, slices).items()) {
            for (JsonNode endpoint : slice.path("endpoints")) {
                if (endpoint.path("conditions").path("ready").asBoolean()) {
                    ready.add(Json.text(endpoint, "targetRef.name"));
                }
            }
        }
        return ready.size();
    }

    private String clusterAddress() {
        JsonNode spec = objects.get(Resource.SERVICES, SERVERS).path("spec");
        return at(spec.path("clusterIP").asText(), spec.path("ports").path(0).path("port"));
    }

    private String nodeAddress() {
        JsonNode service = objects.get(Resource.SERVICES, SERVERS);
        JsonNode node = objects.get(Resource.NODES, new ObjectName("", clientNode));
        for (JsonNode address : Json.at(node, "status.addresses")) {
            if (address.path("type").asText().equals("InternalIP")) {
                return at(
                        address.path("address").asText(),
                        Json.at(service, "spec.ports").path(0).path("nodePort"));
            }
        }
        throw new LabFailure("The node " + clientNode + " has no InternalIP.");
    }

    private static String at(String address, JsonNode port) {
        return (address.contains(":") ? "[" + address + "]" : address) + ":" + port.asText();
    }

    private static void await(String what, Supplier<Boolean> condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.get()) {
            if (System.nanoTime() > deadline) {
                throw new LabFailure("Waited a minute in vain for " + what + "; see 'kubectl -n demo describe pods'.");
            }
            Thread.sleep(50);
        }
    }

    private ObjectNode template(String name, Map<String, String> words) {
        try (InputStream in = Demo.class.getResourceAsStream(name)) {
            String text = new String(java.util.Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .replace("HELLO-PROGRAM", program.toString())
                    .replace("LAB-NAME", lab)
                    .replace("CLIENT-NODE", clientNode);
            for (Map.Entry<String, String> word : words.entrySet()) {
                text = text.replace(word.getKey(), word.getValue());
            }
            return (ObjectNode) YAML.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
