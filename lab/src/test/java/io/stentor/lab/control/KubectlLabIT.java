package io.stentor.lab.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.lab.api.Objects;
import io.stentor.lab.api.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real kubectl against the server, its controllers and nodes that run nothing.
class KubectlLabIT {

    @TempDir
    Path folder;

    private TestServer server;
    private Controllers controllers;
    private FakeKubelet kubelet;

    @BeforeEach
    void start() {
        server = new TestServer(folder.resolve("kubeconfig"), 5000);
        controllers = server.controllers();
        kubelet = new FakeKubelet(server.objects(), List.of("n1", "n2"));
    }

    @AfterEach
    void stop() {
        kubelet.close();
        controllers.close();
        server.close();
    }

    private record Result(int code, String output) {}

    private ProcessBuilder builder(List<String> arguments) {
        List<String> command = new ArrayList<>(
                List.of("kubectl", "--kubeconfig", folder.resolve("kubeconfig").toString()));
        command.addAll(List.of("--cache-dir", folder.resolve("cache").toString()));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectErrorStream(true);
    }

    private static Process begin(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException missing) {
            throw new AssertionError(
                    "kubectl is not there: install kubectl 1.28 or newer into the PATH, this test drives it", missing);
        }
    }

    private Result run(String input, String... arguments) throws Exception {
        Process process = begin(builder(List.of(arguments)));
        try (var stdin = process.getOutputStream()) {
            // kubectl takes what begins with a brace for JSON.
            stdin.write((input.isEmpty() ? "" : "---\n" + input).getBytes(StandardCharsets.UTF_8));
        } catch (IOException notRead) {
            // A command that takes no input may have ended already.
            assertThat(input).isEmpty();
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(output).isTrue();
        return new Result(process.exitValue(), output);
    }

    /// The arguments have no spaces within.
    private String kubectl(String line) throws Exception {
        Result result = run("", line.split(" ", -1));
        assertThat(result.code()).as(line + "\n" + result.output()).isZero();
        return result.output();
    }

    private String apply(String yaml, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("apply", "-f", "-"));
        arguments.addAll(List.of(more));
        return run(yaml, arguments.toArray(String[]::new)).output();
    }

    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: p, labels: {app: p}}
            spec:
              containers:
              - {name: c, image: x, command: [sleep, "1"], env: [{name: A, value: b}]}
            """;

    @Test
    void workloads_are_made_rolled_scaled_and_taken_away() throws Exception {
        assertThat(kubectl("create deployment d --image=x:1 --replicas=2 --port=80"))
                .contains("deployment.apps/d created");
        assertThat(kubectl("rollout status deploy/d --timeout=30s")).contains("successfully rolled out");
        kubectl("expose deploy d --port=80");
        kubectl("set image deploy/d x=x:2");
        assertThat(kubectl("rollout status deploy/d --timeout=30s")).contains("successfully rolled out");
        kubectl("scale deploy d --replicas=3");
        kubectl("wait --for=jsonpath={.status.readyReplicas}=3 deploy/d --timeout=30s");
        assertThat(kubectl("get deploy d -o wide")).containsPattern("d +3/3 +3 +3 +\\d+s +x +x:2 +app=d");
        assertThat(kubectl("get svc d")).containsPattern("d +ClusterIP +10\\.96\\.\\d+\\.\\d+ +<none> +80/TCP");
        assertThat(kubectl("get endpointslices -l kubernetes.io/service-name=d"))
                .contains("10.1.0.");
        assertThat(kubectl("describe deploy d")).contains("Replicas:", "3 desired | 3 updated", "ScalingReplicaSet");
        assertThat(kubectl("rollout history deploy d")).contains("2");
        kubectl("rollout undo deploy d");
        assertThat(kubectl("rollout status deploy/d --timeout=30s")).contains("successfully rolled out");
        assertThat(kubectl("get deploy d -o jsonpath={..image}")).isEqualTo("x:1");
        kubectl("delete deploy,svc d --timeout=30s");
        kubectl("wait --for=delete pod -l app=d --timeout=30s");
        assertThat(kubectl("get pods,rs,endpointslices -l app=d")).contains("No resources found");
    }

    @Test
    void pods_are_run_shown_watched_and_deleted() throws Exception {
        Process watch = begin(builder(List.of("get", "pods", "-w", "-o", "wide")));
        try (BufferedReader lines = watch.inputReader()) {
            assertThat(apply(POD)).isEqualTo("pod/p created\n");
            assertThat(lines.readLine()).startsWith("NAME ").contains("NOMINATED NODE");
            assertThat(lines.readLine()).startsWith("p ").contains("Pending");
            String line = lines.readLine();
            while (!line.contains("Running")) {
                line = lines.readLine();
            }
            assertThat(line).containsPattern("p +1/1 +Running +0 +\\d+s +10\\.1\\.0\\.\\d+ +n\\d");
            assertThat(apply(POD)).isEqualTo("pod/p unchanged\n");
            assertThat(apply(POD.replace("value: b", "value: c")))
                    .contains("spec: Forbidden: pod updates may not change");
            kubectl("label pod p x=y");
            kubectl("annotate pod p x=y");
            assertThat(kubectl("get pods --show-labels -l x=y")).contains("app=p,x=y");
            kubectl("wait --for=condition=Ready pod/p --timeout=30s");
            assertThat(kubectl("logs p")).isEqualTo("a line of default/p/c\n");
            assertThat(kubectl("describe pod p")).contains("Scheduled", "Successfully assigned default/p");
            assertThat(kubectl("get events --field-selector involvedObject.name=p"))
                    .contains("Scheduled");
            Result exec = run("", "exec", "p", "--", "ls");
            assertThat(exec.code()).isEqualTo(1);
            assertThat(exec.output()).contains("use: stentor lab exec default/p -- COMMAND");
            kubectl("delete pod p --timeout=30s");
            line = lines.readLine();
            while (!line.contains("Terminating")) {
                line = lines.readLine();
            }
        } finally {
            watch.destroy();
            watch.waitFor();
        }
        assertThat(kubectl("run q --image=x --restart=Never -- sleep 5")).contains("pod/q created");
        assertThat(kubectl("get all")).contains("pod/q");
    }

    @Test
    void nodes_are_cordoned_tainted_and_drained() throws Exception {
        kubectl("create deployment d --image=x --replicas=4");
        kubectl("rollout status deploy/d --timeout=30s");
        kubectl("drain n1 --timeout=30s");
        kubectl("rollout status deploy/d --timeout=30s");
        assertThat(kubectl("get pods --field-selector spec.nodeName=n1")).contains("No resources found");
        assertThat(kubectl("get nodes")).containsPattern("n1 +Ready,SchedulingDisabled");
        kubectl("uncordon n1");
        kubectl("taint node n1 a=b:NoSchedule");
        assertThat(kubectl("describe node n1")).contains("a=b:NoSchedule", "PodCIDRs:");
        kubectl("taint node n1 a-");
        kubectl("create pdb b --selector=app=d --min-available=4");
        kubectl("wait --for=jsonpath={.status.expectedPods}=4 pdb/b --timeout=30s");
        assertThat(run("", "drain", "n2", "--timeout=3s").output()).contains("violate the pod's disruption budget");
    }

    @Test
    void definitions_bring_kinds_that_are_validated_printed_and_taken_away() throws Exception {
        assertThat(apply(Objects.WIDGETS)).contains("widgets.example.io created");
        kubectl("wait --for=condition=Established crd/widgets.example.io --timeout=10s");
        String widget = "{apiVersion: example.io/v1, kind: Widget, metadata: {name: w}, spec: {size: 3}}";
        assertThat(apply(widget)).isEqualTo("widget.example.io/w created\n");
        assertThat(apply(widget.replace("3", "30"))).contains("spec.size: Invalid value: 30");
        assertThat(apply(widget.replace("3", "3, foo: 1")))
                .contains("strict decoding error: unknown field \"spec.foo\"");
        assertThat(apply(widget.replace("3", "3, foo: 1"), "--validate=warn"))
                .contains("Warning: unknown field \"spec.foo\"");
        kubectl(
                "patch wd w --subresource=status --type=merge -p {\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}");
        assertThat(kubectl("get wd -o wide")).containsPattern("w +3 +True +red +\\d+s");
        kubectl("scale wd w --replicas=5");
        assertThat(kubectl("get wd w -o jsonpath={.spec.replicas}")).isEqualTo("5");
        assertThat(kubectl("explain wd.spec")).contains("color\t<string>");
        kubectl("delete crd widgets.example.io --timeout=30s");
        assertThat(run("", "get", "wd").code()).isEqualTo(1);
    }

    @Test
    void what_is_wrong_is_said_with_its_place() throws Exception {
        assertThat(apply(POD.replace("image: x", "imag: x")))
                .contains("Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: "
                        + "unknown field \"spec.containers[0].imag\"");
        assertThat(apply(POD.replace("name: c", "name: C"))).contains("spec.containers[0].name: Invalid value: \"C\"");
        assertThat(apply(POD.replace("[sleep, \"1\"]", "sleep")))
                .contains("spec.containers[0].command: must be a list, not \"sleep\"");
        assertThat(apply("{apiVersion: foo/v1, kind: Bar, metadata: {name: b}}"))
                .contains("no matches for kind \"Bar\" in version \"foo/v1\"");
        assertThat(apply("{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: b}}"))
                .contains("no matches for kind \"StatefulSet\" in version \"apps/v1\"");
    }

    @Test
    void objects_are_applied_on_the_server_replaced_and_diffed() throws Exception {
        String map = "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {a: '1', b: '2'}}";
        assertThat(apply(map, "--server-side")).contains("serverside-applied");
        assertThat(apply(map.replace(", b: '2'", ""), "--server-side")).contains("serverside-applied");
        assertThat(kubectl("get cm m -o jsonpath={.data}")).isEqualTo("{\"a\":\"1\"}");
        String other = map.replace("'1'", "'5'");
        assertThat(apply(other, "--server-side", "--field-manager=other"))
                .contains("conflict with \"kubectl\": .data.a");
        assertThat(apply(other, "--server-side", "--field-manager=other", "--force-conflicts"))
                .contains("serverside-applied");
        Path stale = folder.resolve("stale.yaml");
        Files.writeString(stale, kubectl("get cm m -o yaml"));
        kubectl("patch cm m --type=json -p [{\"op\":\"replace\",\"path\":\"/data/a\",\"value\":\"6\"}]");
        assertThat(run("", "replace", "-f", stale.toString()).output()).contains("the object has been modified");
        assertThat(run(map, "diff", "-f", "-").output()).contains("-  a: \"6\"", "+  a: \"1\"");
        kubectl("create ns t");
        kubectl("-n t create cm m --from-literal=a=b");
        kubectl("delete ns t --timeout=30s");
        assertThat(kubectl("auth can-i create pods")).isEqualTo("yes\n");
        assertThat(kubectl("create token default")).startsWith("ey");
    }
}
