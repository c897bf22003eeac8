package io.stentor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.agent.api.SampleNode;
import io.stentor.agent.api.SampleShop;
import io.stentor.bpf.generated.Maps;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Services as the command shows them, of an agent's own methods.
class ServiceCommandTest {
    private final SampleNode node = SampleShop.on(new SampleNode().populated());

    @RegisterExtension
    final AskedNode asked = new AskedNode(node);

    private Run run(String... arguments) {
        return asked.run(List.of(arguments));
    }

    private JsonNode json(String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.add("-o=json");
        return Json.parse(run(line.toArray(String[]::new)).out().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void services_are_a_line_for_each_frontend() {
        assertThat(run("service", "list").out()).isEqualTo("""
                ID   FRONTEND             TYPE           SERVICE     BACKENDS                             BACKENDS OUTSIDE   STATE
                1    10.96.0.8:53/UDP     ClusterIP      shop/dns    10.0.1.6:53 (terminating, serving)   -                  served
                2    10.96.0.7:80/TCP     ClusterIP      shop/late   none                                 -                  taken by shop/web
                3    10.96.0.9:80/TCP     ClusterIP      shop/void   none                                 -                  served
                4    10.96.0.7:80/TCP     ClusterIP      shop/web    10.0.1.5:8080, 10.0.2.9:8080         -                  served
                4    203.0.113.9:80/TCP   LoadBalancer   shop/web    10.0.1.5:8080, 10.0.2.9:8080         10.0.1.5:8080      served
                4    192.0.2.7:80/TCP     ExternalIP     shop/web    10.0.1.5:8080, 10.0.2.9:8080         10.0.1.5:8080      served
                4    0.0.0.0:30080/TCP    NodePort       shop/web    10.0.1.5:8080, 10.0.2.9:8080         10.0.1.5:8080      served
                """);
    }

    @Test
    void services_of_one_namespace_are_chosen() {
        assertThat(run("service", "list", "-n", "other")).isEqualTo(new Run(0, "", "no services are known\n"));
    }

    @Test
    void a_service_is_told_with_all_that_became_of_it() {
        node.problems.add(new Problem("Service/shop/web", "spec.externalIPs", "one is not an address"));
        node.problems.add(new Problem("Service/shop/webs", "", "is another's"));

        assertThat(run("service", "get", "shop/web").out()).isEqualTo("""
                Service:         shop/web
                Created:         2026-01-01T00:00:00Z
                Inside:          internalTrafficPolicy Cluster
                Outside:         externalTrafficPolicy Local
                Source ranges:   only 198.51.100.0/24
                Health check:    node port 30999

                ID   FRONTEND             TYPE           STATE
                4    10.96.0.7:80/TCP     ClusterIP      served
                4    203.0.113.9:80/TCP   LoadBalancer   served
                4    192.0.2.7:80/TCP     ExternalIP     served
                4    0.0.0.0:30080/TCP    NodePort       served

                ID   PORT   BACKEND              STATE                  NODE       ZONES   POD           FROM INSIDE                          FROM OUTSIDE
                4    http   10.0.1.5:8080/TCP    ready                  worker-1   z1      demo/client   used                                 used
                4    http   10.0.2.9:8080/TCP    ready                  worker-2   z1      -             used                                 on another node, and the policy is Local
                4    http   10.0.2.10:8080/TCP   terminating, serving   worker-2   z1      -             about to end, and others are ready   on another node, and the policy is Local
                4    http   10.0.2.11:8080/TCP   not ready              worker-2   z1      -             not ready                            not ready

                Problems:
                  spec.externalIPs: one is not an address
                """);
    }

    @Test
    void a_service_whose_clients_keep_their_backend_says_how_long() {
        assertThat(run("service", "get", "dns").out()).isEqualTo("""
                Service:    shop/dns
                Created:    2026-01-01T00:00:00Z
                Inside:     internalTrafficPolicy Cluster
                Outside:    externalTrafficPolicy Cluster
                Affinity:   ClientIP, for 600 s

                ID   FRONTEND           TYPE        STATE
                1    10.96.0.8:53/UDP   ClusterIP   served

                ID   PORT   BACKEND           STATE                  NODE       ZONES   POD             FROM INSIDE   FROM OUTSIDE
                1    dns    10.0.1.6:53/UDP   terminating, serving   worker-1   z1      demo/server-0   used          used
                """);
    }

    @Test
    void a_service_that_does_not_get_its_address_is_told_whose_it_is() {
        assertThat(run("service", "get", "late").out())
                .contains("ClusterIP   taken by shop/web\n")
                .contains("spec.clusterIPs: 10.96.0.7 port 80/TCP is taken: it belongs to Service/shop/web");
    }

    @Test
    void a_service_without_backends_says_so() {
        assertThat(run("service", "get", "void").out()).contains("\nNo backends.\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shop/web",
                "web",
                "web -n shop",
                "10.96.0.7",
                "10.96.0.7:80",
                "203.0.113.9",
                "192.168.7.11:30080",
                "192.168.7.12:30080"
            })
    void a_service_is_found_by_name_and_by_where_it_is_reached(String how) throws IOException {
        List<String> line = new ArrayList<>(List.of("service", "get"));
        line.addAll(List.of(how.split(" ")));

        assertThat(json(line.toArray(String[]::new)).path("name").asText()).isEqualTo("web");
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop/nobody", "web -n demo", "10.96.0.7:81", "192.168.7.11:80", "10.0.1.5:30080"})
    void an_unknown_service_is_a_failure(String how) {
        Run run = run(("service get " + how).split(" "));

        assertThat(run.code()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).startsWith("stentor service get: no service ").contains("on node worker-1");
    }

    @Test
    void a_frontend_that_the_kernel_does_not_have_is_told() {
        BpfMap frontends = Objects.requireNonNull(node.maps.get(Maps.FRONTENDS.name()));
        frontends.deleteBatch(frontends.keys());

        assertThat(run("service", "get", "void").out()).contains("ClusterIP   not in the kernel yet\n");
    }

    @Test
    void programs_get_each_backend_with_what_is_known_of_it() throws IOException {
        JsonNode web = json("service", "get", "web");

        assertThat(web.path("backends").get(2)).hasToString("""
                {"id":4,"port":"http","backend":"10.0.2.10:8080","protocol":"TCP","state":"terminating, serving",\
                "node":"worker-2","pod":"","zones":["z1"],"inside":"about to end, and others are ready",\
                "outside":"on another node, and the policy is Local"}""");
        assertThat(json("service", "list")
                        .get(0)
                        .path("inside")
                        .get(0)
                        .path("state")
                        .asText())
                .isEqualTo("terminating, serving");
    }

    @ParameterizedTest
    @ValueSource(strings = {"service", "service list", "service get"})
    void every_command_explains_itself_with_an_example(String line) {
        assertThat(run((line + " --help").split(" ")))
                .returns(0, Run::code)
                .satisfies(run -> assertThat(run.out()).contains("Usage: stentor " + line, "Example"));
    }
}
