package io.stentor.agent.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.stentor.model.Applied;
import io.stentor.model.EndpointSlice;
import io.stentor.model.IpAddress;
import io.stentor.model.Problem;
import io.stentor.model.Protocol;
import io.stentor.model.Service;
import io.stentor.model.ServiceName;
import io.stentor.model.ServicePort;
import io.stentor.model.SliceName;
import io.stentor.model.State;
import io.stentor.model.Table;
import io.stentor.model.TrafficPolicy;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class HealthChecksTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final SampleNode node = new SampleNode();
    private final HttpClient client = HttpClient.newHttpClient();

    private static ServiceName name(String name) {
        return new ServiceName("default", name);
    }

    private static Service service(String name, int port) {
        return new Service(
                name(name),
                "",
                List.of(new ServicePort("", Protocol.TCP, 80, 0)),
                new Service.Reach(List.of(IpAddress.of("10.96.0.1")), List.of(), List.of(), List.of(), false),
                new Service.Selection(TrafficPolicy.CLUSTER, TrafficPolicy.LOCAL, 0, port));
    }

    private static EndpointSlice slice(String name, String service, EndpointSlice.Backend... backends) {
        return new EndpointSlice(
                new SliceName("default", name),
                name(service),
                List.of(new EndpointSlice.Port("", Protocol.TCP, 8080)),
                List.of(backends));
    }

    private static EndpointSlice.Backend backend(String address, boolean ready, String node) {
        return new EndpointSlice.Backend(
                IpAddress.of(address), ready, true, false, new EndpointSlice.Place(node, List.of()));
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0)) {
            return any.getLocalPort();
        }
    }

    private HealthChecks checks(Optional<InetSocketAddress> proxy, BooleanSupplier leaving) throws IOException {
        return HealthChecks.start(node.store, node.view(), new HealthChecks.Wanted(true, proxy), leaving);
    }

    private HttpResponse<String> get(int port, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> await(int port, int status) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                HttpResponse<String> answer = get(port, "/");
                if (answer.statusCode() == status) {
                    return answer;
                }
                assertThat(System.nanoTime()).as(answer.body()).isLessThan(end);
            } catch (ConnectException notYet) {
                assertThat(System.nanoTime()).isLessThan(end);
            }
        }
    }

    private void awaitClosed(int port) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (Socket open = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(System.nanoTime()).as("%s", open).isLessThan(end);
            } catch (ConnectException closed) {
                return;
            }
        }
    }

    @Test
    void a_services_port_tells_how_many_backends_this_node_has_and_goes_with_it() throws Exception {
        int port = freePort();
        try (HealthChecks checks = checks(Optional.empty(), () -> false)) {
            node.store.commit(state -> state.with(Table.SERVICES, service("web", port)));
            assertThat(await(port, 503).body())
                    .isEqualTo("{\"service\":{\"namespace\":\"default\",\"name\":\"web\"},\"localEndpoints\":0}\n");

            node.store.commit(state -> state.with(
                            Table.SLICES,
                            slice(
                                    "four",
                                    "web",
                                    backend("10.0.0.1", true, "worker-1"),
                                    backend("10.0.0.2", true, "worker-1"),
                                    backend("10.0.0.3", false, "worker-1"),
                                    backend("10.0.0.4", true, "worker-2")))
                    .with(Table.SLICES, slice("six", "web", backend("fd00::1", true, "worker-1")))
                    .with(Table.SLICES, slice("other", "shop", backend("10.0.0.5", true, "worker-1"))));
            HttpResponse<String> answer = await(port, 200);
            assertThat(answer.body())
                    .isEqualTo("{\"service\":{\"namespace\":\"default\",\"name\":\"web\"},\"localEndpoints\":2}\n");
            assertThat(answer.headers().map())
                    .containsEntry("X-Content-Type-Options", List.of("nosniff"))
                    .containsEntry("X-Load-Balancing-Endpoint-Weight", List.of("2"));
            assertThat(get(port, "/any/path?with=more").statusCode()).isEqualTo(200);

            node.store.commit(state -> state.without(Table.SLICES, new SliceName("default", "four"))
                    .without(Table.SLICES, new SliceName("default", "six")));
            assertThat(await(port, 503).body()).contains("\"localEndpoints\":0");
            node.store.commit(state -> state.without(Table.SERVICES, name("web")));
            awaitClosed(port);
            assertThat(checks.problems()).isEmpty();
        }
    }

    @Test
    void a_port_that_is_taken_is_a_problem_of_its_service_and_no_other_until_it_is_free() throws Exception {
        int free = freePort();
        try (HealthChecks checks = checks(Optional.empty(), () -> false)) {
            int taken;
            try (ServerSocket owner = new ServerSocket(0)) {
                taken = owner.getLocalPort();
                node.store.commit(state -> state.with(Table.SERVICES, service("shop", taken))
                        .with(Table.SERVICES, service("web", free))
                        .with(Table.SERVICES, service("web-2", free)));
                await(free, 503);
                awaitProblems(checks, 2);
                assertThat(checks.problems())
                        .extracting(Problem::object, Problem::field)
                        .containsExactlyInAnyOrder(
                                tuple("Service/default/shop", "spec.healthCheckNodePort"),
                                tuple("Service/default/web-2", "spec.healthCheckNodePort"));
                assertThat(checks.problems().toString()).contains(taken + " cannot be listened on");
            }
            await(taken, 503);
            awaitProblems(checks, 1);
        }
    }

    private static void awaitProblems(HealthChecks checks, int count) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (checks.problems().size() != count) {
            assertThat(System.nanoTime()).as("%s", checks.problems()).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    /// Most of the time nobody asks.
    @Test
    void ports_cost_no_thread_each() throws Exception {
        Set<Integer> ports = new TreeSet<>();
        while (ports.size() < 300) {
            ports.add(freePort());
        }
        int before = Thread.activeCount();
        try (HealthChecks checks = checks(Optional.empty(), () -> false)) {
            node.store.commit(state -> {
                State next = state;
                for (int port : ports) {
                    next = next.with(Table.SERVICES, service("web-" + port, port));
                }
                return next;
            });
            for (int port : ports) {
                await(port, 503);
            }
            // the client's own included
            assertThat(Thread.activeCount()).isLessThan(before + 20);
            assertThat(checks.problems()).isEmpty();
        }
        for (int port : ports) {
            awaitClosed(port);
        }
    }

    @Test
    void a_client_that_asks_for_nothing_keeps_no_other_waiting() throws Exception {
        int port = freePort();
        try (HealthChecks checks = checks(Optional.empty(), () -> false)) {
            node.store.commit(state -> state.with(Table.SERVICES, service("web", port)));
            await(port, 503);
            List<Socket> silent = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                silent.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            assertThat(get(port, "/").statusCode()).isEqualTo(503);
            for (Socket socket : silent) {
                socket.close();
            }
            assertThat(checks.problems()).isEmpty();
        }
    }

    private static final class Watch extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @Test
    void the_proxys_page_tells_whether_the_kernel_follows_and_the_node_stays() {
        Watch watch = new Watch();
        Applied applied = new Applied();
        Map<String, Boolean> leaving = new HashMap<>(Map.of("leaving", false));
        ProxyHealth page = new ProxyHealth(
                node.store::current, applied::latest, () -> leaving.getOrDefault("leaving", false), watch);
        assertThat(page.apply("/healthz").status()).as("nothing was applied").isEqualTo(503);
        assertThat(page.apply("/").status()).isEqualTo(404);

        applied.report(node.store.current().revision(), List.of());
        assertThat(page.apply("/healthz"))
                .isEqualTo(new SmallAnswer(
                        200,
                        Map.of(),
                        "{\"lastUpdated\": \"2026-01-01T00:00:00Z\",\"currentTime\": \"2026-01-01T00:00:00Z\"}\n"));

        node.store.commit(state -> state.with(Table.SERVICES, service("web", 0)));
        assertThat(page.apply("/healthz").status()).as("on its way").isEqualTo(200);
        watch.now = watch.now.plusSeconds(61);
        assertThat(page.apply("/healthz").status()).as("for too long").isEqualTo(503);
        assertThat(page.apply("/healthz").body())
                .isEqualTo("{\"lastUpdated\": \"2026-01-01T00:00:00Z\",\"currentTime\": \"2026-01-01T00:01:01Z\"}\n");

        applied.report(node.store.current().revision(), List.of());
        assertThat(page.apply("/healthz").status()).isEqualTo(200);
        leaving.put("leaving", true);
        assertThat(page.apply("/healthz").status()).as("about to be deleted").isEqualTo(503);
    }

    @Test
    void the_proxys_page_is_served_where_it_is_wanted() throws Exception {
        int port = freePort();
        node.populated().applied();
        try (HealthChecks checks = checks(Optional.of(new InetSocketAddress(port)), () -> false)) {
            awaitOpen(port);
            assertThat(get(port, "/healthz").statusCode()).isEqualTo(200);
            assertThat(get(port, "/").statusCode()).isEqualTo(404);
            assertThat(checks.problems()).isEmpty();
        }
    }

    private static void awaitOpen(int port) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (ConnectException notYet) {
                assertThat(System.nanoTime()).isLessThan(end);
            }
        }
    }
}
