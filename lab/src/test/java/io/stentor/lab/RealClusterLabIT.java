package io.stentor.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.api.Json;
import io.stentor.lab.topology.Cgroup;
import io.stentor.lab.topology.Removal;
import io.stentor.lab.topology.Shell;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A lab whose nodes join a cluster that is not its own. That cluster is another lab's control plane, reached as any
/// other: over TLS, by a kubeconfig.
class RealClusterLabIT {

    private static final String CLUSTER = "real-a";
    private static final String LAB = "real-b";

    private static Shell.Result lab(String command, String name, String... arguments) {
        List<String> all = new ArrayList<>(List.of(command, "--name", name));
        all.addAll(List.of(arguments));
        return Shell.attempt(Installation.find().command("lab", LabMain.class.getName(), all), "");
    }

    private static String ok(Shell.Result result) {
        assertThat(result.exit()).as(result.err()).isZero();
        return result.out();
    }

    private static String kubeconfig() {
        return LabDirectory.of(CLUSTER).kubeconfig().toString();
    }

    private static String kubectl(String input, String... arguments) {
        List<String> all = new ArrayList<>(List.of("kubectl", "--kubeconfig", kubeconfig()));
        all.addAll(List.of(arguments));
        return ok(Shell.attempt(all, input));
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    @AfterEach
    void down() {
        lab("down", LAB);
        assertThat(lab("down", CLUSTER).exit()).isZero();
        for (String name : List.of(LAB, CLUSTER)) {
            assertThat(LabDirectory.of(name).path()).doesNotExist();
            assertThat(Removal.namespacesOf(name)).isEmpty();
            assertThat(Cgroup.ofLab(name).path()).doesNotExist();
        }
    }

    @Test
    void a_labs_nodes_join_a_cluster_run_its_pods_and_leave_it_as_it_was() throws Exception {
        ok(lab("up", CLUSTER, "--nodes", "0", "--without-agents", "--detach"));
        assertThat(lab("status", CLUSTER).exit()).isZero();
        ok(lab("up", LAB, "--nodes", "2", "--kubeconfig", kubeconfig(), "--detach"));
        JsonNode status = Json.parse(ok(lab("status", LAB, "-o", "json")).getBytes(StandardCharsets.UTF_8));
        assertThat(status.path("nodes").findValuesAsText("name")).containsExactly("real-b-node-1", "real-b-node-2");
        assertThat(kubectl("", "get", "nodes", "--no-headers")).contains("real-b-node-1", "real-b-node-2", " Ready ");
        assertThat(kubectl("", "get", "lease", "-n", "kube-node-lease", "-o", "name"))
                .contains("real-b-node-1", "real-b-node-2");

        // A Deployment of three behind one node, a client on the other, by the network of this lab.
        assertThat(ok(lab("demo", LAB)).lines().filter(line -> line.contains("real-b-node-2")))
                .hasSize(3);
        assertThat(kubectl("", "get", "pods", "-n", "demo", "-o", "wide")).contains("real-b-node-1", "Running");
        assertThat(ok(lab("logs", LAB, "demo/client"))).contains("real-b-node-2");
        assertThat(Shell.attempt(List.of("kubectl", "--kubeconfig", kubeconfig(), "logs", "-n", "demo", "client"), "")
                        .err())
                .contains("'stentor lab logs --name LAB demo/client' shows what the pod says");
        assertThat(ok(lab("exec", LAB, "demo/client", "--", "hostname")).strip())
                .isEqualTo("client");

        only_pods_that_name_the_taint_run_here();
        a_node_comes_back();
        another_lab_is_refused();

        assertThat(ok(lab("down", LAB)))
                .contains("the nodes real-b-node-1, real-b-node-2", "CustomResourceDefinitions of cilium.io");
        assertThat(kubectl("", "get", "nodes", "-o", "name")).isEmpty();
        assertThat(kubectl("", "get", "lease", "-n", "kube-node-lease", "-o", "name"))
                .isEmpty();
        assertThat(kubectl("", "get", "ciliumnodes", "-o", "name")).isEmpty();
        assertThat(kubectl("", "get", "deployments", "-n", "demo", "-o", "name"))
                .contains("hello");
        assertThat(lab("status", CLUSTER).exit()).isZero();
    }

    private static void only_pods_that_name_the_taint_run_here() throws Exception {
        String pods = """
                apiVersion: v1
                kind: Pod
                metadata: {name: plain}
                spec: {containers: [{name: c, image: i, command: [sleep, "1000"]}]}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: everywhere}
                spec:
                  tolerations: [{operator: Exists}]
                  containers: [{name: c, image: i, command: [sleep, "1000"]}]
                """;
        kubectl(pods, "apply", "-f", "-");
        String reason = "jsonpath={.spec.nodeName} {.status.containerStatuses[0].state.waiting.reason}";
        await(
                "a pod that tolerates everything waits",
                () -> kubectl("", "get", "pod", "everywhere", "-o", reason).matches("real-b-node-[12] NotForThisNode"));
        assertThat(kubectl("", "get", "pod", "plain", "-o", "jsonpath={.spec.nodeName}"))
                .isEmpty();
        kubectl("", "delete", "pod", "plain", "everywhere", "--grace-period=1");
    }

    private static void a_node_comes_back() {
        ok(lab("kill", LAB, "node-2"));
        assertThat(lab("status", LAB).exit()).isEqualTo(1);
        ok(lab("restart", LAB, "node-2"));
        ok(lab("stop", LAB, "real-b-node-2"));
        ok(lab("start", LAB, "real-b-node-2"));
        assertThat(lab("status", LAB).exit()).isZero();
        assertThat(ok(lab("node-exec", LAB, "node-2", "--", "hostname")).strip())
                .isEqualTo("real-b-node-2");
    }

    private static void another_lab_is_refused() {
        Shell.Result second = lab("up", "real-c", "--kubeconfig", kubeconfig(), "--detach");
        assertThat(second.exit()).isEqualTo(1);
        assertThat(second.err()).contains("has a CiliumNode 'real-b-node-1' already: Stentor or Cilium runs there");
        assertThat(LabDirectory.of("real-c").path()).doesNotExist();
    }

    @Test
    void a_cluster_that_is_gone_is_said_and_keeps_nothing_of_the_lab_here() throws Exception {
        assumeTrue(System.getProperty("matrix", "short").equals("full"), "two more labs take half a minute");
        ok(lab("up", CLUSTER, "--nodes", "0", "--without-agents", "--detach"));
        Path kept = Files.createTempFile("kubeconfig", "");
        try {
            Files.copy(Path.of(kubeconfig()), kept, StandardCopyOption.REPLACE_EXISTING);
            ok(lab("up", LAB, "--nodes", "1", "--kubeconfig", kept.toString(), "--detach"));
            ok(lab("down", CLUSTER));
            Shell.Result down = lab("down", LAB);
            assertThat(down.exit()).isEqualTo(3);
            assertThat(down.err())
                    .contains("The lab is gone, but not its nodes on https://127.0.0.1:")
                    .contains("'kubectl delete nodes -l lab.stentor.io/id=");
            assertThat(LabDirectory.of(LAB).path()).doesNotExist();
            Shell.Result up = lab("up", LAB, "--kubeconfig", kept.toString(), "--detach");
            assertThat(up.exit()).isEqualTo(3);
            assertThat(up.err()).contains("the API server gives no answer");
            assertThat(LabDirectory.of(LAB).path()).doesNotExist();
        } finally {
            Files.delete(kept);
        }
    }
}
