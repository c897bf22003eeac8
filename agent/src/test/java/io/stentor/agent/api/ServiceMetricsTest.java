package io.stentor.agent.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.NatEntry;
import io.stentor.bpf.generated.NatKey;
import io.stentor.datapath.compile.Keys;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.IpAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ServiceMetricsTest {
    private final SampleNode node = SampleShop.on(new SampleNode().populated());

    private List<String> scrape() throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (HttpPage page = MetricsServer.open(any, node.view());
                HttpClient client = HttpClient.newHttpClient()) {
            URI metrics = URI.create("http://localhost:" + page.address().getPort() + "/metrics");
            return client.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .toList();
        }
    }

    @Test
    void changes_of_services_are_counted_with_the_time_that_they_took() throws Exception {
        node.changes.begin(node.store.current(), 0);
        node.changes.written(node.store.current(), 4_000_000);

        assertThat(scrape())
                .contains(
                        "cilium_services_events_total{action=\"add\"} 4.0",
                        "cilium_services_events_total{action=\"delete\"} 0.0",
                        "cilium_service_implementation_delay_bucket{action=\"add\",le=\"0.0025\"} 0",
                        "cilium_service_implementation_delay_bucket{action=\"add\",le=\"0.005\"} 4",
                        "cilium_service_implementation_delay_bucket{action=\"add\",le=\"+Inf\"} 4",
                        "cilium_service_implementation_delay_count{action=\"add\"} 4",
                        "cilium_k8s_terminating_endpoints_events_total 2.0");
    }

    @Test
    void collections_of_connections_are_counted() throws Exception {
        assertThat(scrape())
                .contains(
                        "cilium_datapath_conntrack_gc_runs_total"
                                + "{family=\"ipv4\",protocol=\"TCP\",status=\"completed\"} 3.0",
                        "cilium_datapath_conntrack_gc_runs_total"
                                + "{family=\"ipv6\",protocol=\"non-TCP\",status=\"uncompleted\"} 1.0",
                        "cilium_datapath_conntrack_gc_interval_seconds{global=\"global\"} 15.0");
    }

    @Test
    void the_remote_end_that_most_masqueraded_connections_go_to_is_told() throws Exception {
        masqueraded("203.0.113.7", 443, 50000);
        masqueraded("203.0.113.7", 443, 50001);
        masqueraded("203.0.113.7", 80, 50002);

        assertThat(scrape())
                .contains(
                        "cilium_nat_endpoint_max_connection{family=\"ipv4\"} 2.0",
                        "cilium_nat_endpoint_max_connection{family=\"ipv6\"} 0.0");
    }

    private void masqueraded(String remote, int port, int as) {
        BpfMap nat = Objects.requireNonNull(node.maps.get(Maps.NAT.name()));
        nat.update(
                new NatKey(ip(remote), ip("192.168.7.11"), port, as, 6, Family.IPV4).encode(),
                new NatEntry(ip("10.0.1.5"), 0, as).encode());
    }

    private static Bytes16 ip(String text) {
        return Keys.bytes(IpAddress.of(text));
    }

    @Test
    void maps_of_services_are_told_with_their_room() throws Exception {
        assertThat(scrape())
                .contains("cilium_bpf_map_capacity{map_group=\"frontends\"} 65536.0")
                .anyMatch(line -> line.startsWith("cilium_bpf_map_pressure{map_name=\"frontends\"} 9.1"));
    }
}
