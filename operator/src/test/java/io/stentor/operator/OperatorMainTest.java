package io.stentor.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OperatorMainTest {

    private record Run(int exit, String out, String err) {}

    private static Run run(String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                OperatorMain.class.getName()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), out, err);
    }

    @Test
    void a_configuration_that_is_wrong_ends_it_with_2_and_all_that_is_wrong() throws Exception {
        assertThat(run("--cluster-pool-ipv4-cidr=10.0.0.0/8,10.1.0.0/16", "--ipam=eni", "--enable-ipsec=true"))
                .isEqualTo(new Run(2, "", """
                        stentor-operator: configuration enable-ipsec: 'true' is not supported and cannot be left out \
                        safely; only 'false' is
                        stentor-operator: configuration ipam: 'eni' is none of cluster-pool, kubernetes
                        stentor-operator: configuration cluster-pool-ipv4-cidr: 10.0.0.0/8 and 10.1.0.0/16 overlap
                        """));
    }

    @Test
    void so_does_a_kubeconfig_that_is_not_there() throws Exception {
        assertThat(run("--k8s-kubeconfig-path=/nowhere"))
                .isEqualTo(new Run(2, "", "stentor-operator: the kubeconfig /nowhere cannot be read\n"));
    }

    @Test
    void help_is_no_error() throws Exception {
        Run run = run("--help");
        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("--cluster-pool-ipv4-cidr=CIDR").doesNotContain("--cni-conf-dir");
    }

    @Test
    void health_and_metrics_are_served() throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Metrics metrics = new Metrics();
        metrics.endpointsCollected("deleted", 3);
        try (HttpClient client = HttpClient.newHttpClient();
                Pages health = Pages.serveHealth(any);
                Pages figures = Pages.serveMetrics(any, metrics)) {
            assertThat(get(client, health, "/healthz").body()).isEqualTo("ok\n");
            assertThat(get(client, health, "/healthz/x").statusCode()).isEqualTo(404);
            assertThat(get(client, figures, "/metrics").body())
                    .contains("cilium_operator_endpoint_gc_objects{outcome=\"deleted\"} 3.0\n")
                    .contains("cilium_operator_process_resident_memory_bytes ")
                    .contains("stentor_operator_leader 0.0\n");
        }
    }

    private static HttpResponse<String> get(HttpClient client, Pages pages, String path)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + pages.port() + path);
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
