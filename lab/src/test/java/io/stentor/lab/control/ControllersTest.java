package io.stentor.lab.control;

import static io.stentor.lab.api.Objects.yaml;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.DeleteOptions;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Objects;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import io.stentor.lab.api.TestServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// All controllers together, over nodes that run nothing.
class ControllersTest {

    private static final List<String> NODES = List.of("n1", "n2", "n3");

    @TempDir
    Path folder;

    private TestServer server;
    private ObjectApi api;
    private Controllers controllers;
    private FakeKubelet kubelet;

    @BeforeEach
    void start() {
        server = new TestServer(folder.resolve("kubeconfig"), 5000);
        api = server.objects();
        controllers = server.controllers();
        kubelet = new FakeKubelet(api, NODES);
        await(
                "the nodes have their ranges and no taints",
                () -> NODES.stream().allMatch(n -> {
                    JsonNode node = api.get(Resource.NODES, new ObjectName("", n));
                    return !Json.at(node, "spec.podCIDRs").isEmpty()
                            && Json.at(node, "spec.taints").isEmpty();
                }));
    }

    @AfterEach
    void stop() {
        kubelet.close();
        controllers.close();
        server.close();
    }

    private static void await(String what, BooleanSupplier condition) {
        Instant end = Instant.now().plus(Duration.ofSeconds(20));
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as(what).isBefore(end);
            try {
                Thread.sleep(5);
            } catch (InterruptedException ended) {
                throw new AssertionError(ended);
            }
        }
    }

    private ObjectNode deployment(String name, int replicas, String image) {
        return yaml(
                "{metadata: {namespace: default, name: %s}, spec: {replicas: %d, selector: {matchLabels: {app: %s}}, template: {metadata: {labels: {app: %s}}, spec: {containers: [{name: c, image: '%s', ports: [{name: web, containerPort: 8080}]}]}}}}"
                        .formatted(name, replicas, name, name, image));
    }

    private List<ObjectNode> pods(String labels) {
        return api.list(Resource.PODS, Selection.withLabels("default", labels)).items();
    }

    private void awaitReplicas(String name, int replicas) {
        await(name + " has " + replicas, () -> {
            JsonNode status = api.get(Resource.DEPLOYMENTS, new ObjectName("default", name));
            return Json.at(status, "status.availableReplicas").asInt() == replicas
                    && Json.at(status, "status.updatedReplicas").asInt() == replicas
                    && Json.at(status, "status.replicas").asInt() == replicas
                    && Json.at(status, "status.observedGeneration").equals(Json.at(status, "metadata.generation"));
        });
    }

    @Test
    void a_deployment_spreads_rolls_and_goes_with_all_that_it_owns() {
        api.create(Resource.DEPLOYMENTS, deployment("d", 3, "x:1"));
        awaitReplicas("d", 3);
        assertThat(pods("app=d"))
                .extracting(p -> Json.text(p, "spec.nodeName"))
                .containsExactlyInAnyOrderElementsOf(NODES);
        api.update(Resource.DEPLOYMENTS, deployment("d", 5, "x:2"));
        awaitReplicas("d", 5);
        await("the old pods are gone", () -> pods("app=d").size() == 5);
        assertThat(pods("app=d"))
                .allSatisfy(p -> assertThat(
                                Json.at(p, "spec.containers").at("/0/image").asText())
                        .isEqualTo("x:2"));
        api.delete(
                Resource.DEPLOYMENTS,
                new ObjectName("default", "d"),
                new DeleteOptions(OptionalLong.empty(), DeleteOptions.Propagation.FOREGROUND, ""));
        await(
                "all is gone",
                () -> pods("").isEmpty()
                        && api.find(Resource.DEPLOYMENTS, new ObjectName("default", "d"))
                                .isEmpty()
                        && api.list(Resource.REPLICA_SETS, Selection.ALL)
                                .items()
                                .isEmpty());
    }

    @Test
    void a_rollout_to_what_never_gets_ready_keeps_the_old_pods() {
        api.create(Resource.DEPLOYMENTS, deployment("d", 4, "x:1"));
        awaitReplicas("d", 4);
        api.update(Resource.DEPLOYMENTS, deployment("d", 4, "never-ready"));
        await("one more than before", () -> pods("app=d").size() == 5);
        await("three old ones and no fewer", () -> {
            long old = pods("app=d").stream().filter(Pods::isReady).count();
            assertThat(old).isGreaterThanOrEqualTo(3);
            return old == 3;
        });
    }

    @Test
    void a_service_shows_ready_serving_and_terminating_pods() {
        api.create(Resource.DEPLOYMENTS, deployment("d", 2, "x:1"));
        api.create(
                Resource.SERVICES,
                yaml(
                        "{metadata: {namespace: default, name: s}, spec: {selector: {app: d}, ports: [{port: 80, targetPort: web}]}}"));
        awaitReplicas("d", 2);
        await("two ready endpoints", () -> ready("s").equals(List.of("ready", "ready")));
        ObjectNode slice = slices("s").getFirst();
        assertThat(slice.at("/ports/0/port").asInt()).isEqualTo(8080);
        assertThat(slice.path("addressType").asText()).isEqualTo("IPv4");
        kubelet.close();
        ObjectNode pod = pods("app=d").getFirst();
        api.delete(Resource.PODS, ObjectName.of(pod), DeleteOptions.DEFAULT);
        await("one terminates and still serves", () -> ready("s").contains("serving+terminating"));
        await("Endpoints lists the other alone", () -> {
            ObjectNode endpoints = api.get(Resource.ENDPOINTS, new ObjectName("default", "s"));
            return endpoints.at("/subsets/0/addresses").size() == 1;
        });
        api.delete(Resource.SERVICES, new ObjectName("default", "s"), DeleteOptions.DEFAULT);
        await("its slices go", () -> slices("s").isEmpty());
    }

    private List<ObjectNode> slices(String service) {
        Selection selection = Selection.withLabels("default", Endpoints.SERVICE_LABEL + "=" + service);
        return api.list(Resource.ENDPOINT_SLICES, selection).items();
    }

    private List<String> ready(String service) {
        List<String> all = new ArrayList<>();
        for (ObjectNode slice : slices(service)) {
            for (JsonNode endpoint : slice.path("endpoints")) {
                JsonNode conditions = endpoint.path("conditions");
                if (conditions.path("ready").asBoolean()) {
                    all.add("ready");
                } else if (conditions.path("terminating").asBoolean()) {
                    all.add(conditions.path("serving").asBoolean() ? "serving+terminating" : "terminating");
                }
            }
        }
        return all;
    }

    @Test
    void hand_written_endpoints_become_slices() {
        api.create(Resource.SERVICES, yaml("{metadata: {namespace: default, name: s}, spec: {ports: [{port: 80}]}}"));
        api.create(
                Resource.ENDPOINTS,
                yaml(
                        "{metadata: {namespace: default, name: s}, subsets: [{addresses: [{ip: 192.0.2.1}, {ip: '2001:db8::1'}], ports: [{port: 8080}]}]}"));
        await("a slice of each family", () -> slices("s").size() == 2);
        assertThat(slices("s"))
                .allSatisfy(s -> assertThat(s.at("/ports/0/port").asInt()).isEqualTo(8080));
        api.delete(Resource.ENDPOINTS, new ObjectName("default", "s"), DeleteOptions.DEFAULT);
        await("they go", () -> slices("s").isEmpty());
    }

    @Test
    void a_daemon_set_has_a_pod_on_each_node_that_takes_it() {
        ObjectNode set = yaml(
                "{metadata: {namespace: default, name: ds}, spec: {selector: {matchLabels: {app: ds}}, template: {metadata: {labels: {app: ds}}, spec: {containers: [{name: c, image: 'x:1'}]}}}}");
        api.mergePatch(
                Resource.NODES, new ObjectName("", "n3"), "", yaml("{spec: {taints: [{key: k, effect: NoSchedule}]}}"));
        api.create(Resource.DAEMON_SETS, set.deepCopy());
        await("two pods", () -> nodesOf("app=ds").equals(List.of("n1", "n2")));
        api.mergePatch(Resource.NODES, new ObjectName("", "n3"), "", yaml("{spec: {taints: null}}"));
        await("three pods", () -> nodesOf("app=ds").equals(NODES));
        Json.objects(set.at("/spec/template/spec/containers")).getFirst().put("image", "x:2");
        api.update(Resource.DAEMON_SETS, set);
        await(
                "all of the new template",
                () -> pods("app=ds").size() == 3
                        && pods("app=ds").stream()
                                .allMatch(p -> p.at("/spec/containers/0/image")
                                                .asText()
                                                .equals("x:2")
                                        && Pods.isReady(p)));
    }

    private List<String> nodesOf(String labels) {
        return pods(labels).stream()
                .filter(Pods::isReady)
                .map(Pods::nodeName)
                .sorted()
                .toList();
    }

    @Test
    void a_pod_that_fits_nowhere_says_why_and_comes_when_it_does() {
        api.create(
                Resource.PODS,
                yaml(
                        "{metadata: {namespace: default, name: p}, spec: {nodeSelector: {disk: ssd}, containers: [{name: c, image: x}]}}"));
        ObjectName name = new ObjectName("default", "p");
        await(
                "it is refused",
                () -> api.get(Resource.PODS, name)
                        .at("/status/conditions/0/message")
                        .asText()
                        .equals("0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector."));
        api.mergePatch(Resource.NODES, new ObjectName("", "n2"), "", yaml("{metadata: {labels: {disk: ssd}}}"));
        await("it runs", () -> Pods.isReady(api.get(Resource.PODS, name)));
        assertThat(Pods.nodeName(api.get(Resource.PODS, name))).isEqualTo("n2");
    }

    @Test
    void pods_that_want_to_be_apart_are() {
        ObjectNode apart = deployment("d", 4, "x");
        Json.ensure(apart, "spec.template.spec")
                .set(
                        "affinity",
                        yaml(
                                "{podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {app: d}}, topologyKey: kubernetes.io/hostname}]}}"));
        api.create(Resource.DEPLOYMENTS, apart);
        await("three of four have a node", () -> nodesOf("app=d").equals(NODES));
        await(
                "the fourth waits",
                () -> pods("app=d").stream().anyMatch(p -> Pods.nodeName(p).isEmpty()));
    }

    @Test
    void a_namespace_takes_its_contents_with_it_and_a_definition_its_objects() {
        api.create(Resource.NAMESPACES, yaml("{metadata: {name: t}}"));
        api.create(Resource.CRDS, yaml(Objects.WIDGETS));
        Resource widgets = new Resource("example.io", "v1", "widgets");
        await(
                "the account is there",
                () -> api.find(Resource.SERVICE_ACCOUNTS, new ObjectName("t", "default"))
                        .isPresent());
        for (String namespace : List.of("t", "default")) {
            api.create(widgets, yaml("{metadata: {namespace: " + namespace + ", name: w}, spec: {size: 1}}"));
        }
        api.create(
                Resource.PODS, yaml("{metadata: {namespace: t, name: p}, spec: {containers: [{name: c, image: x}]}}"));
        api.delete(Resource.NAMESPACES, new ObjectName("", "t"), DeleteOptions.DEFAULT);
        await(
                "it is gone",
                () -> api.find(Resource.NAMESPACES, new ObjectName("", "t")).isEmpty());
        assertThat(api.list(widgets, Selection.ALL).items()).hasSize(1);
        assertThat(api.list(Resource.PODS, Selection.in("t")).items()).isEmpty();
        api.delete(Resource.CRDS, new ObjectName("", "widgets.example.io"), DeleteOptions.DEFAULT);
        await(
                "the definition is gone",
                () -> api.list(Resource.CRDS, Selection.ALL).items().isEmpty());
    }

    @Test
    void a_silent_node_is_tainted_and_its_pods_are_not_ready() {
        api.create(
                Resource.PODS,
                yaml(
                        "{metadata: {namespace: default, name: p}, spec: {nodeName: n1, containers: [{name: c, image: x}]}}"));
        ObjectName name = new ObjectName("default", "p");
        await("it runs", () -> Pods.isReady(api.get(Resource.PODS, name)));
        api.create(
                Resource.LEASES,
                yaml(
                        "{metadata: {namespace: kube-node-lease, name: n1}, spec: {holderIdentity: n1, renewTime: '2026-01-01T00:00:00.000000Z'}}"));
        api.mergePatch(Resource.NODES, new ObjectName("", "n1"), "", yaml("{metadata: {labels: {touched: 'true'}}}"));
        await("the pod is not ready", () -> !Pods.isReady(api.get(Resource.PODS, name)));
        JsonNode node = api.get(Resource.NODES, new ObjectName("", "n1"));
        assertThat(Json.at(node, "status.conditions").at("/0/status").asText()).isEqualTo("Unknown");
        assertThat(Json.at(node, "spec.taints").findValuesAsText("key")).contains("node.kubernetes.io/unreachable");
        api.delete(Resource.NODES, new ObjectName("", "n1"), DeleteOptions.DEFAULT);
        await(
                "the pod of a node that is gone goes",
                () -> api.find(Resource.PODS, name).isEmpty());
    }
}
