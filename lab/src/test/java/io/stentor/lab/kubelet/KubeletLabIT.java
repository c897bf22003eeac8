package io.stentor.lab.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.kernel.Kernel;
import io.stentor.kernel.Linux;
import io.stentor.lab.LabDirectory;
import io.stentor.lab.LabSpec;
import io.stentor.lab.LabSpec.Families;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.lab.LabSpec.Shape;
import io.stentor.lab.LabSpec.Underlay;
import io.stentor.lab.api.ApiServer;
import io.stentor.lab.api.ApiServerConfig;
import io.stentor.lab.api.Certificates;
import io.stentor.lab.api.DeleteOptions;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.PodLogs;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import io.stentor.lab.topology.Host;
import io.stentor.lab.topology.NodeSpace;
import io.stentor.lab.topology.Plan;
import io.stentor.lab.topology.Removal;
import io.stentor.lab.topology.Shell;
import io.stentor.lab.topology.Topology;
import io.stentor.model.Cidr;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The kubelet on a real node, with a network plugin that is a few lines of shell.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubeletLabIT {

    private static final String NAME = "kubelet-it";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final LabDirectory directory = LabDirectory.of(NAME);
    private final Topology topology = new Topology(
            Plan.of(new LabSpec(NAME, 1, new Shape(Routing.TUNNEL, Underlay.FLAT, Families.IPV4), false, Map.of())),
            directory);
    private final Host host = topology.plan().nodes().getFirst();
    private final NodeSpace space = topology.space(host);
    private final Kernel kernel = Linux.open();
    private final ApiServer server = ApiServer.start(new ApiServerConfig(
            Certificates.create(List.of("127.0.0.1")),
            List.of(Cidr.of("10.96.0.0/16")),
            request -> InputStream.nullInputStream(),
            "v1.32.0"));
    private final ObjectApi api = server.objects();
    private Kubelet kubelet = boot();

    private Kubelet boot() {
        Removal.prepare();
        topology.create();
        return start();
    }

    private Kubelet start() {
        return Kubelet.start(
                host,
                space,
                api,
                new NodeDialer(kernel, space.netnsFile()),
                new NodeTerms(NAME, Map.of(), false, false));
    }

    @BeforeAll
    void install() throws IOException {
        condition(
                Resource.NODES,
                new ObjectName("", "node-1"),
                "no network yet",
                node -> Json.text(ready(node), "message").contains("cni plugin not initialized"));
        installPlugin();
        Path conf = space.outside(NodeSpace.INSIDE).resolve("net.d");
        Files.createDirectories(conf);
        Files.writeString(conf.resolve("10-plain.conflist"), """
                {"cniVersion": "1.0.0", "name": "plain",
                 "plugins": [{"type": "plain-cni", "subnet": "10.50.1", "log": "/run/cni.log"}]}""");
        condition(
                Resource.NODES,
                new ObjectName("", "node-1"),
                "ready",
                node -> Json.text(ready(node), "status").equals("True"));
    }

    private void installPlugin() throws IOException {
        try (InputStream plugin = KubeletLabIT.class.getResourceAsStream("/io/stentor/lab/plain-cni")) {
            Files.write(
                    space.run().resolve("plugin"),
                    java.util.Objects.requireNonNull(plugin).readAllBytes());
        }
        Shell.run(
                space.enter("", List.of("install", "-m", "0755", "/run/plugin", "/run/stentor-node/bin/plain-cni")),
                "");
    }

    @AfterAll
    void remove() throws InterruptedException {
        kubelet.close();
        server.close();
        Removal.remove(directory, topology.plan().namespaces());
        Removal.finish();
        kernel.close();
    }

    private static JsonNode ready(JsonNode object) {
        for (JsonNode condition : Json.at(object, "status.conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                return condition;
            }
        }
        return Json.object();
    }

    private ObjectNode condition(Resource resource, ObjectName name, String what, Predicate<ObjectNode> holds) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var object = api.find(resource, name);
            if (object.isPresent() && holds.test(object.get())) {
                return object.get();
            }
            if (System.nanoTime() > deadline) {
                String status = object.map(o -> o.path("status").toString()).orElse("absent");
                throw new AssertionError(name + " is not " + what + ": " + status + " " + events(name));
            }
            nap();
        }
    }

    private static void nap() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private ObjectName pod(String name, String spec) {
        ObjectNode pod = (ObjectNode) Json.parse(spec.getBytes(StandardCharsets.UTF_8));
        ObjectNode object = Json.object();
        object.putObject("metadata").put("namespace", "default").put("name", name);
        pod.put("nodeName", "node-1");
        for (ObjectNode container : Json.objects(pod.path("containers"))) {
            container.put("image", container.path("image").asText("none"));
        }
        object.set("spec", pod);
        api.create(Resource.PODS, object);
        return new ObjectName("default", name);
    }

    private ObjectNode await(ObjectName pod, String what, Predicate<ObjectNode> holds) {
        return condition(Resource.PODS, pod, what, holds);
    }

    private static boolean isReady(JsonNode pod) {
        return Json.text(ready(pod), "status").equals("True");
    }

    private void awaitGone(ObjectName pod) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (api.find(Resource.PODS, pod).isPresent()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            nap();
        }
    }

    private String logs(ObjectNode pod, boolean previous) throws IOException {
        PodLogs.Request request = new PodLogs.Request(
                ObjectName.of(pod),
                Json.text(pod, "metadata.uid"),
                "node-1",
                "c",
                false,
                OptionalLong.empty(),
                previous,
                false,
                OptionalLong.empty());
        try (InputStream log = kubelet.logs(request)) {
            return new String(log.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private List<String> events(ObjectName pod) {
        return api.list(Resource.EVENTS, Selection.in("default")).items().stream()
                .filter(e -> Json.text(e, "involvedObject.name").equals(pod.name()))
                .map(e -> e.path("reason").asText() + ": " + e.path("message").asText())
                .toList();
    }

    private String cniLog() throws IOException {
        return Files.readString(space.run().resolve("cni.log"));
    }

    @Test
    void a_pod_gets_a_network_a_name_files_and_variables_of_its_own_and_leaves_nothing() throws Exception {
        ObjectName name = pod("one", """
                {"terminationGracePeriodSeconds": 20, "containers": [{"name": "c", "image": "any", "workingDir": "/tmp",
                  "command": ["sh", "-c", "hostname; pwd; echo $IP $NODE; tail -n 1 /etc/hosts; head -n 1 /etc/resolv.conf; ls /sys/class/net | tr '\\\\n' ' '; trap 'exit 0' TERM; echo; echo up; while :; do sleep 0.1; done"],
                  "env": [{"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
                          {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
                  "readinessProbe": {"exec": {"command": ["pgrep", "-f", "while :"]}, "periodSeconds": 1}}]}""");
        ObjectNode pod = await(name, "ready", KubeletLabIT::isReady);
        String ip = Json.text(pod, "status.podIP");
        assertThat(ip).startsWith("10.50.1.");
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!logs(pod, false).endsWith("up\n") && System.nanoTime() < deadline) {
            nap();
        }
        assertThat(logs(pod, false).lines().map(String::strip))
                .containsExactly(
                        "one",
                        "/tmp",
                        ip + " node-1",
                        ip + " one",
                        "search default.svc.cluster.local svc.cluster.local cluster.local",
                        "eth0 lo",
                        "up");
        assertThat(events(name))
                .anyMatch(e -> e.startsWith("ImageIgnored: ") && e.contains("image \"any\" is not used"));
        Kubelet.Entrance entrance = kubelet.enter(name, "");
        List<String> inside = new java.util.ArrayList<>(entrance.command());
        inside.addAll(List.of("sh", "-c", "hostname; pwd"));
        assertThat(Shell.run(inside, "")).isEqualTo("one\n/tmp\n");

        api.delete(Resource.PODS, name, DeleteOptions.DEFAULT);
        awaitGone(name);
        assertThat(cniLog()).contains("K8S_POD_NAME=one;").containsPattern("(?s)ADD.*DEL [0-9a-f]{64} .*POD_NAME=one;");
        assertThat(Shell.run(space.enter("", List.of("ls", "/run/netns")), "")).isEmpty();
        assertThat(space.cgroup()
                        .child("kubepods")
                        .child("pod" + Json.text(pod, "metadata.uid"))
                        .path())
                .doesNotExist();
    }

    @Test
    void a_container_that_fails_is_started_again_after_a_pause_and_its_last_words_are_kept() throws Exception {
        ObjectName name = pod("crash", """
                {"containers": [{"name": "c", "command": ["sh", "-c", "echo $$ was here; exit 3"]}]}""");
        ObjectNode pod = await(
                name,
                "restarted",
                p -> Json.at(p, "status.containerStatuses")
                                .path(0)
                                .path("restartCount")
                                .asInt()
                        >= 1);
        assertThat(Json.at(pod, "status.containerStatuses")
                        .path(0)
                        .path("lastState")
                        .path("terminated")
                        .path("exitCode"))
                .hasToString("3");
        assertThat(logs(pod, true)).endsWith(" was here\n");
        assertThat(events(name)).contains("BackOff: Back-off restarting failed container c in pod crash");
        api.delete(Resource.PODS, name, DeleteOptions.DEFAULT);
        awaitGone(name);
    }

    @Test
    void a_pod_that_is_never_restarted_ends_with_its_containers() {
        ObjectName good = pod(
                "good", "{\"restartPolicy\": \"Never\", \"containers\": [{\"name\": \"c\", \"command\": [\"true\"]}]}");
        ObjectName bad = pod(
                "bad", "{\"restartPolicy\": \"Never\", \"containers\": [{\"name\": \"c\", \"command\": [\"false\"]}]}");
        await(good, "done", p -> Json.text(p, "status.phase").equals("Succeeded"));
        await(bad, "failed", p -> Json.text(p, "status.phase").equals("Failed"));
        for (ObjectName name : List.of(good, bad)) {
            api.delete(Resource.PODS, name, DeleteOptions.DEFAULT);
            awaitGone(name);
        }
    }

    @Test
    void a_container_without_a_command_waits_with_a_sentence() {
        ObjectName name =
                pod("image-only", "{\"hostNetwork\": true, \"containers\": [{\"name\": \"c\", \"image\": \"nginx\"}]}");
        ObjectNode pod = await(
                name,
                "refused",
                p -> Json.at(p, "status.containerStatuses")
                        .path(0)
                        .path("state")
                        .path("waiting")
                        .path("reason")
                        .asText()
                        .equals("CreateContainerConfigError"));
        assertThat(Json.text(pod, "status.podIP")).isEqualTo("192.168.60.11");
        assertThat(events(name)).anyMatch(e -> e.startsWith("Failed: Error: The lab runs no images: container 'c'"));
        api.delete(Resource.PODS, name, DeleteOptions.DEFAULT);
        awaitGone(name);
    }

    @Test
    void readiness_and_liveness_are_asked_over_the_network() {
        ObjectName name = pod("web", """
                {"terminationGracePeriodSeconds": 1, "containers": [{"name": "c", "workingDir": "/tmp",
                  "command": ["python3", "-m", "http.server", "--bind", "0.0.0.0", "8080"],
                  "ports": [{"name": "http", "containerPort": 8080}],
                  "readinessProbe": {"httpGet": {"port": "http"}, "periodSeconds": 1},
                  "livenessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 1, "failureThreshold": 2,
                                    "initialDelaySeconds": 2}}]}""");
        await(name, "ready", KubeletLabIT::isReady);
        List<String> stop = new java.util.ArrayList<>(kubelet.enter(name, "c").command());
        stop.addAll(List.of("ip", "link", "set", "eth0", "down"));
        Shell.run(stop, "");
        await(
                name,
                "restarted by its liveness probe",
                p -> Json.at(p, "status.containerStatuses")
                                .path(0)
                                .path("restartCount")
                                .asInt()
                        >= 1);
        assertThat(events(name)).contains("Killing: Container c failed liveness probe, will be restarted");
        api.delete(Resource.PODS, name, DeleteOptions.DEFAULT);
        awaitGone(name);
    }

    @Test
    void a_pod_waits_for_its_config_map_and_sees_and_runs_what_is_in_it() throws Exception {
        ObjectName name = pod("mounted", """
                {"terminationGracePeriodSeconds": 1,
                  "volumes": [{"name": "v", "configMap": {"name": "files", "defaultMode": 493}}],
                  "containers": [{"name": "c", "image": "any", "volumeMounts": [{"name": "v", "mountPath": "/run/files"}],
                    "command": ["sh", "-c", "/run/files/program; cat /run/files/text; sleep 1000"]}]}""");
        condition(
                Resource.PODS,
                name,
                "told to wait",
                _ -> events(name).stream()
                        .anyMatch(
                                e -> e.equals(
                                        "FailedMount: MountVolume.SetUp failed for volume \"v\" : configmap \"files\" not found")));
        ObjectNode files = Json.object();
        files.putObject("metadata").put("namespace", "default").put("name", "files");
        files.putObject("data").put("text", "words\n");
        files.putObject("binaryData")
                .put(
                        "program",
                        java.util.Base64.getEncoder()
                                .encodeToString("#!/bin/sh\necho runs\n".getBytes(StandardCharsets.UTF_8)));
        api.create(Resource.CONFIG_MAPS, files);
        ObjectNode pod =
                await(name, "running", p -> Json.text(p, "status.phase").equals("Running"));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!logs(pod, false).endsWith("words\n") && System.nanoTime() < deadline) {
            nap();
        }
        assertThat(logs(pod, false)).isEqualTo("runs\nwords\n");
        api.delete(Resource.PODS, name, DeleteOptions.DEFAULT);
        awaitGone(name);
    }

    @Test
    void a_network_that_fails_is_tried_again_and_said() throws Exception {
        Files.writeString(space.run().resolve("plain-cni-fails"), "");
        ObjectName name = pod(
                "late",
                "{\"containers\": [{\"name\": \"c\", \"command\": [\"sleep\", \"1000\"]}], \"terminationGracePeriodSeconds\": 1}");
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (events(name).stream().noneMatch(e -> e.startsWith("FailedCreatePodSandBox"))
                && System.nanoTime() < deadline) {
            nap();
        }
        assertThat(events(name))
                .contains("FailedCreatePodSandBox: Failed to create pod sandbox: failed to setup network for sandbox:"
                        + " plugin type=\"plain-cni\" failed (add): told to fail (code 11)");
        Files.delete(space.run().resolve("plain-cni-fails"));
        await(name, "ready", KubeletLabIT::isReady);
        api.delete(Resource.PODS, name, DeleteOptions.DEFAULT);
        awaitGone(name);
    }

    @Test
    void after_a_power_cut_pods_come_back_and_their_old_networks_are_released() throws Exception {
        ObjectName name = pod(
                "survivor",
                "{\"containers\": [{\"name\": \"c\", \"command\": [\"sleep\", \"1000\"]}], \"terminationGracePeriodSeconds\": 1}");
        await(name, "ready", KubeletLabIT::isReady);
        ObjectName once = pod(
                "once",
                "{\"restartPolicy\": \"Never\", \"containers\": [{\"name\": \"c\", \"command\": [\"sleep\", \"1000\"]}]}");
        await(once, "ready", KubeletLabIT::isReady);
        String before = cniLog().lines()
                .filter(l -> l.contains("=survivor;"))
                .findFirst()
                .orElseThrow();
        kubelet.close();
        topology.powerOff(host);
        topology.powerOn(host);
        installPlugin();
        kubelet = start();
        await(
                name,
                "started again",
                p -> isReady(p)
                        && Json.at(p, "status.containerStatuses")
                                        .path(0)
                                        .path("restartCount")
                                        .asInt()
                                == 1);
        await(once, "failed", p -> Json.text(p, "status.phase").equals("Failed"));
        api.delete(Resource.PODS, once, DeleteOptions.DEFAULT);
        awaitGone(once);
        String id = before.split(" ", -1)[1];
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!cniLog().contains("DEL " + id) && System.nanoTime() < deadline) {
            nap();
        }
        assertThat(cniLog()).contains("DEL " + id);
        api.delete(Resource.PODS, name, DeleteOptions.DEFAULT);
        awaitGone(name);
    }
}
