package io.stentor.agent.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.bpf.generated.Counter;
import io.stentor.bpf.generated.Direction;
import io.stentor.model.Problem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class HttpPagesTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final SampleNode node = new SampleNode();
    private final HttpClient client = HttpClient.newHttpClient();

    private HttpResponse<String> get(HttpPage page, String path, String... headers) throws Exception {
        return send(page, path, "GET", headers);
    }

    private HttpResponse<String> send(HttpPage page, String path, String method, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + page.address().getPort() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void an_agent_that_waits_says_for_what() throws Exception {
        try (HttpPage page = HealthServer.open(ANY_PORT, node.view())) {
            HttpResponse<String> answer = get(page, "/healthz");

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).isEqualTo("""
                    unready
                    sources: waiting for nodes
                    datapath: the kernel has not been given a state yet
                    ipam: the CiliumNode of worker-1 has not been seen yet
                    """);
            assertThat(get(page, "/healthz", "brief", "true").body()).isEqualTo("unready\n");
        }
    }

    @Test
    void an_agent_that_lives_with_a_problem_is_not_restarted_for_it() throws Exception {
        node.populated().applied();
        try (HttpPage page = HealthServer.open(ANY_PORT, node.view())) {
            assertThat(get(page, "/healthz").body()).isEqualTo("ok\n");

            node.parts.add(PartHealth.degraded("kubernetes", "the API server does not answer"));
            node.problems.add(new Problem("configuration", "foo", "unknown key"));
            HttpResponse<String> answer = get(page, "/healthz");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("degraded\n");
        }
    }

    @Test
    void pages_are_read_at_their_path_and_nothing_else() throws Exception {
        try (HttpPage page = HealthServer.open(ANY_PORT, node.view())) {
            assertThat(get(page, "/").statusCode()).isEqualTo(404);
            assertThat(send(page, "/healthz", "POST").statusCode()).isEqualTo(405);
            assertThat(send(page, "/healthz", "HEAD").statusCode()).isEqualTo(503);
            assertThatThrownBy(() -> HealthServer.open(page.address(), node.view()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(Integer.toString(page.address().getPort()));
        }
    }

    @Test
    void metrics_say_what_the_node_has_and_the_datapath_did() throws Exception {
        node.populated().applied();
        node.counts(0, Direction.INGRESS, new Counter(3, 300));
        node.counts(132, Direction.EGRESS, new Counter(1, 74));
        try (HttpPage page = MetricsServer.open(ANY_PORT, node.view())) {
            List<String> lines = get(page, "/metrics").body().lines().toList();

            assertThat(lines)
                    .contains(
                            "cilium_drop_count_total{direction=\"EGRESS\",reason=\"Invalid source ip\"} 2.0",
                            "cilium_drop_bytes_total{direction=\"EGRESS\",reason=\"Invalid source ip\"} 148.0",
                            "cilium_forward_count_total{direction=\"INGRESS\"} 6.0",
                            "cilium_forward_bytes_total{direction=\"INGRESS\"} 600.0",
                            "cilium_endpoint 2.0",
                            "cilium_endpoint_state{endpoint_state=\"ready\"} 2.0",
                            "cilium_endpoint_state{endpoint_state=\"regenerating\"} 0.0",
                            "cilium_ip_addresses{family=\"ipv4\"} 2.0",
                            "cilium_ipam_capacity{family=\"ipv4\"} 254.0",
                            "cilium_nodes_all_num 2.0",
                            "cilium_bpf_ratelimit_dropped_total{usage=\"events\"} 0.0",
                            "stentor_events_lost_total 0.0",
                            "stentor_problems 0.0",
                            "stentor_ready 1.0",
                            "stentor_applied_revision 1.0")
                    .anyMatch(line -> line.startsWith("cilium_bpf_map_pressure{map_name=\"endpoints\"} 4.8"))
                    .anyMatch(line -> line.startsWith("cilium_version{arch=\""))
                    .anyMatch(line -> line.startsWith("cilium_process_cpu_seconds_total "))
                    .noneMatch(line -> line.contains("scratch"));
        }
    }

    /// What promtool asks of names.
    @Test
    void every_metric_has_help_and_counters_alone_end_in_total() throws Exception {
        node.populated().applied();
        try (HttpPage page = MetricsServer.open(ANY_PORT, node.view())) {
            String body = get(page, "/metrics").body();

            List<String> types =
                    body.lines().filter(l -> l.startsWith("# TYPE ")).toList();
            assertThat(types).allMatch(l -> l.endsWith(" counter") == name(l).endsWith("_total"));
            assertThat(body.lines().filter(l -> l.startsWith("# HELP ")).map(HttpPagesTest::name))
                    .isEqualTo(types.stream().map(HttpPagesTest::name).toList());
        }
    }

    private static String name(String comment) {
        return comment.split(" ", 4)[2];
    }
}
