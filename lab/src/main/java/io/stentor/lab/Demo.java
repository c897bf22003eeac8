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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// The demo: three servers in a Deployment, and a client on another node that asks each in turn. Deploying it again
/// replaces what is there.
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
        await("the servers to be ready", () -> addresses().size() == SERVER_COUNT);
        String addresses =
                String.join(", ", addresses().stream().map(a -> '"' + a + '"').toList());
        objects.create(Resource.PODS, template("demo-client.yaml", Map.of("ADDRESSES", addresses)));
        await(
                "the client to run",
                () -> Json.text(objects.get(Resource.PODS, CLIENT), "status.phase")
                        .equals("Running"));
    }

    /// Of the servers that are ready.
    private List<String> addresses() {
        List<String> addresses = new ArrayList<>();
        for (JsonNode pod : objects.list(Resource.PODS, Selection.withLabels(SERVERS.namespace(), "app=hello"))
                .items()) {
            boolean ready = false;
            for (JsonNode condition : Json.at(pod, "status.conditions")) {
                ready |= condition.path("type").asText().equals("Ready")
                        && condition.path("status").asText().equals("True");
            }
            if (ready && !pod.path("metadata").has("deletionTimestamp")) {
                addresses.add(Json.text(pod, "status.podIP"));
            }
        }
        return addresses;
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
