package io.stentor.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.PodLogs;
import io.stentor.lab.api.Resource;
import io.stentor.lab.kubelet.Kubelet;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// What the daemon does for the other commands. All requests have a `method`; those about a node name it as `node`.
///
/// @param lab      as far as it is up
/// @param installation where the demo's program is
record Requests(RunningLab lab, Installation installation) {

    private static final Duration READY_PATIENCE = Duration.ofMinutes(3);

    /// @throws LabFailure that becomes the answer
    JsonNode answer(JsonNode request) {
        String node = request.path("node").asText("");
        try {
            return switch (request.path("method").asText()) {
                case "ping" -> Json.object();
                case "status" -> status();
                case "progress" -> progress();
                case "pod" -> enter(request);
                case "podlog" ->
                    Json.object()
                            .put(
                                    "file",
                                    kubelet(request)
                                            .logFile(
                                                    pod(request),
                                                    request.path("container").asText(""))
                                            .toString());
                case "demo" -> demo();
                case "kill" -> done(() -> lab.node(node).killAgent());
                case "end" -> end(lab.node(node));
                case "launch" -> done(() -> lab.node(node).launchAgent());
                case "restart" -> done(() -> restart(node));
                case "stop" -> done(() -> lab.node(node).stop());
                case "start" ->
                    done(() -> {
                        lab.node(node).start();
                        awaitReady(lab.node(node));
                    });
                default -> throw new LabFailure(LabFailure.WRONG_USE, "The lab knows no such request: " + request);
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabFailure("interrupted");
        } catch (ApiException e) {
            throw new LabFailure(
                    e.code() == 503 ? LabFailure.NOT_REACHABLE : LabFailure.FAILED, String.valueOf(e.getMessage()));
        }
    }

    private void restart(String name) throws InterruptedException {
        if (name.equals(ControlPlane.OPERATOR)) {
            control().restartOperator();
        } else {
            lab.node(name).restartAgent();
            awaitReady(lab.node(name));
        }
    }

    private interface Deed {
        void run() throws InterruptedException;
    }

    private static JsonNode done(Deed deed) throws InterruptedException {
        deed.run();
        return Json.object();
    }

    private ControlPlane control() {
        return lab.control().orElseThrow(() -> new LabFailure("The lab has no API server yet."));
    }

    private ObjectApi objects() {
        return control().objects();
    }

    /// Deploys the demo and waits for the client's first answers, one of each server.
    private ObjectNode demo() throws InterruptedException {
        LabNode clients = lab.nodes().stream()
                .findFirst()
                .orElseThrow(() -> new LabFailure("The lab has no node for a demo to run on."));
        String name = lab.topology().plan().spec().name();
        new Demo(objects(), installation.demo(), name, clients.host().name()).deploy();
        PodLogs.Request request = new PodLogs.Request(
                Demo.CLIENT,
                Json.text(objects().get(Resource.PODS, Demo.CLIENT), "metadata.uid"),
                clients.host().name(),
                "client",
                true,
                OptionalLong.empty(),
                false,
                false,
                OptionalLong.empty());
        ObjectNode answer = Json.object();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(clients.kubelet().logs(request), StandardCharsets.UTF_8))) {
            for (int i = 0; i < Demo.SERVER_COUNT; i++) {
                answer.withArray("answers").add(lines.readLine());
            }
        } catch (IOException e) {
            throw new LabFailure("The client's log cannot be read: " + e.getMessage());
        }
        return answer;
    }

    private void awaitReady(LabNode node) throws InterruptedException {
        long deadline = System.nanoTime() + READY_PATIENCE.toNanos();
        LabStatus status = control().status();
        while (!status.ready(node)) {
            Optional<String> failure = node.agentFailure();
            if (failure.isPresent()) {
                throw new LabFailure(failure.get());
            }
            if (System.nanoTime() > deadline) {
                throw new LabFailure("'" + node.host().name() + "' is not ready after " + READY_PATIENCE.toSeconds()
                        + " s; see 'stentor lab logs " + node.host().name() + "'.");
            }
            Thread.sleep(50);
        }
    }

    /// How the agent ended, for tests of that.
    private static ObjectNode end(LabNode node) throws InterruptedException {
        ObjectNode answer = Json.object();
        node.endAgent().ifPresent(exit -> answer.put("exit", exit));
        return answer;
    }

    private ObjectNode status() {
        Optional<ControlPlane> control = lab.control();
        ObjectNode status = Json.object()
                .put("name", lab.topology().plan().spec().name())
                .put("apiServer", control.map(c -> c.server().address()).orElse(""))
                .put("kubeconfig", lab.topology().directory().kubeconfig().toString());
        status.set("nodes", control.map(c -> c.status().nodes(lab.nodes())).orElseGet(Json::array));
        return status;
    }

    /// The status, what was done so far, and what went wrong for good.
    private ObjectNode progress() {
        ObjectNode status = status();
        lab.progress().forEach(status.withArray("progress")::add);
        Stream.concat(
                        lab.nodes().stream().map(LabNode::agentFailure).flatMap(Optional::stream),
                        lab.control().flatMap(ControlPlane::failure).stream())
                .findFirst()
                .ifPresent(failure -> status.put("failure", failure));
        return status;
    }

    private static ObjectName pod(JsonNode request) {
        return new ObjectName(
                request.path("namespace").asText(), request.path("pod").asText());
    }

    /// Of the node that the pod is on.
    private Kubelet kubelet(JsonNode request) {
        ObjectName pod = pod(request);
        String node = objects()
                .find(Resource.PODS, pod)
                .map(p -> Json.text(p, "spec.nodeName"))
                .orElseThrow(() -> new LabFailure("There is no pod '" + pod + "'."));
        if (node.isEmpty()) {
            throw new LabFailure("Pod '" + pod + "' is not on any node yet.");
        }
        return lab.node(node).kubelet();
    }

    private ObjectNode enter(JsonNode request) {
        Kubelet.Entrance entrance =
                kubelet(request).enter(pod(request), request.path("container").asText(""));
        ObjectNode answer = Json.object();
        entrance.command().forEach(answer.withArray("enter")::add);
        ObjectNode environment = answer.putObject("environment");
        entrance.environment().forEach(environment::put);
        return answer;
    }
}
