package io.stentor.datapath.compile;

import static io.stentor.datapath.compile.SampleServices.ALL;
import static io.stentor.datapath.compile.SampleServices.HERE;
import static io.stentor.datapath.compile.SampleServices.LOCAL_OUTSIDE;
import static io.stentor.datapath.compile.SampleServices.at;
import static io.stentor.datapath.compile.SampleServices.backend;
import static io.stentor.datapath.compile.SampleServices.balanced;
import static io.stentor.datapath.compile.SampleServices.created;
import static io.stentor.datapath.compile.SampleServices.ending;
import static io.stentor.datapath.compile.SampleServices.frontend;
import static io.stentor.datapath.compile.SampleServices.http;
import static io.stentor.datapath.compile.SampleServices.ips;
import static io.stentor.datapath.compile.SampleServices.ready;
import static io.stentor.datapath.compile.SampleServices.service;
import static io.stentor.datapath.compile.SampleServices.silent;
import static io.stentor.datapath.compile.SampleServices.slice;
import static io.stentor.datapath.compile.SampleServices.withPorts;
import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.Frontend;
import io.stentor.bpf.generated.FrontendFlag;
import io.stentor.bpf.generated.FrontendKey;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.SlotKey;
import io.stentor.model.Cidr;
import io.stentor.model.EndpointSlice;
import io.stentor.model.Protocol;
import io.stentor.model.Service;
import io.stentor.model.ServicePort;
import io.stentor.model.SliceName;
import io.stentor.model.State;
import io.stentor.model.Table;
import io.stentor.model.TrafficPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ServiceMapsTest {
    private final MapCompiler compiler = new MapCompiler(HERE);
    private State state = State.awaiting(Set.of());

    private void with(Service... services) {
        for (Service service : services) {
            state = state.with(Table.SERVICES, service);
        }
    }

    private void with(EndpointSlice... slices) {
        for (EndpointSlice slice : slices) {
            state = state.with(Table.SLICES, slice);
        }
    }

    private <K, V> Map<K, V> map(MapSpec<K, V> map) {
        return Unnumbered.decoded(map, compiler.compile(state));
    }

    private Frontend frontendAt(FrontendKey key) {
        Map<FrontendKey, Frontend> frontends = map(Maps.FRONTENDS);
        assertThat(frontends).containsKey(key);
        return frontends.get(key);
    }

    private List<Backend> inside(FrontendKey at) {
        return list(frontendAt(at).inside(), frontendAt(at).insideCount());
    }

    private List<Backend> outside(FrontendKey at) {
        return list(frontendAt(at).outside(), frontendAt(at).outsideCount());
    }

    private List<Backend> list(int list, int count) {
        List<Backend> backends = new ArrayList<>();
        for (int slot = 0; slot < count; slot++) {
            backends.add(map(Maps.BACKENDS).get(map(Maps.SLOTS).get(new SlotKey(list, slot))));
        }
        assertThat(map(Maps.SLOTS)).doesNotContainKey(new SlotKey(list, count));
        return backends;
    }

    private static final FrontendKey WEB = frontend("10.96.0.1", 80);

    @Test
    void backends_of_all_slices_are_in_a_list_sorted_and_each_once() {
        with(service("web", at("10.96.0.1"), ALL));
        with(
                slice("web-1", "web", ready("10.0.2.9", "far"), ready("10.0.1.7", "here")),
                slice("web-2", "web", ready("10.0.1.7", "here"), ready("200.0.0.1", "")),
                slice("other-1", "other", ready("10.0.1.99", "here")));

        assertThat(inside(WEB)).containsExactly(backend("10.0.1.7"), backend("10.0.2.9"), backend("200.0.0.1"));
        assertThat(map(Maps.BACKENDS)).hasSize(3);
    }

    @Test
    void one_port_has_the_backends_of_its_name_protocol_and_family() {
        ServicePort dns = new ServicePort("dns", Protocol.UDP, 53, 0);
        with(withPorts(service("web", at("10.96.0.1", "fd00:96::1"), ALL), http(0), dns));
        with(new EndpointSlice(
                new SliceName("default", "web-1"),
                SampleServices.name("web"),
                List.of(
                        new EndpointSlice.Port("http", Protocol.TCP, 8080),
                        new EndpointSlice.Port("dns", Protocol.UDP, 5353),
                        new EndpointSlice.Port("dns", Protocol.TCP, 5353),
                        new EndpointSlice.Port("metrics", Protocol.TCP, 9090)),
                List.of(ready("10.0.1.7", "here"))));
        with(slice("web-2", "web", ready("fd00:1::7", "here")));

        assertThat(inside(WEB)).containsExactly(backend("10.0.1.7"));
        assertThat(inside(frontend("fd00:96::1", 80))).containsExactly(backend("fd00:1::7"));
        FrontendKey udp = new FrontendKey(WEB.address(), 53, 17, WEB.family());
        assertThat(inside(udp)).containsExactly(new Backend(backend("10.0.1.7").address(), 5353, 17, WEB.family()));
        assertThat(map(Maps.BACKENDS)).hasSize(3);
    }

    @Test
    void those_that_are_about_to_end_get_clients_only_where_nobody_is_ready() {
        with(service("web", at("10.96.0.1"), ALL));
        with(slice("web-1", "web", ready("10.0.1.7", "here"), ending("10.0.1.8", "here"), silent("10.0.1.9", "far")));
        assertThat(inside(WEB)).containsExactly(backend("10.0.1.7"));

        with(slice("web-1", "web", silent("10.0.1.7", "here"), ending("10.0.1.8", "here"), silent("10.0.1.9", "far")));
        assertThat(inside(WEB)).containsExactly(backend("10.0.1.8"));
        assertThat(map(Maps.BACKENDS)).as("whatever their state").hasSize(3);
    }

    @Test
    void a_local_policy_chooses_among_this_node_s_backends_those_about_to_end_among_them() {
        with(service("web", at("10.96.0.1"), LOCAL_OUTSIDE));
        with(slice("web-1", "web", ready("10.0.1.7", "here"), ready("10.0.2.9", "far")));
        assertThat(inside(WEB)).containsExactly(backend("10.0.1.7"), backend("10.0.2.9"));
        assertThat(outside(WEB)).containsExactly(backend("10.0.1.7"));
        int service = frontendAt(WEB).service();
        assertThat(frontendAt(WEB)).returns(2 * service, Frontend::inside).returns(2 * service + 1, Frontend::outside);

        with(slice("web-1", "web", ending("10.0.1.7", "here"), ready("10.0.2.9", "far")));
        assertThat(inside(WEB)).containsExactly(backend("10.0.2.9"));
        assertThat(outside(WEB)).containsExactly(backend("10.0.1.7"));

        with(slice("web-1", "web", ready("10.0.2.9", "far")));
        assertThat(outside(WEB)).isEmpty();
    }

    @Test
    void one_list_is_enough_where_both_policies_choose_alike() {
        for (TrafficPolicy policy : TrafficPolicy.values()) {
            with(service("web", at("10.96.0.1"), new Service.Selection(policy, policy, 0, 0)));
            with(slice("web-1", "web", ready("10.0.1.7", "here"), ready("10.0.2.9", "far")));

            assertThat(frontendAt(WEB).outside()).isEqualTo(frontendAt(WEB).inside());
            assertThat(frontendAt(WEB).outsideCount()).isEqualTo(frontendAt(WEB).insideCount());
            assertThat(map(Maps.SLOTS)).hasSize(policy == TrafficPolicy.LOCAL ? 1 : 2);
        }
    }

    @Test
    void a_service_without_backends_stands_there_with_none() {
        with(service("web", at("10.96.0.1"), LOCAL_OUTSIDE));

        assertThat(frontendAt(WEB)).returns(0, Frontend::insideCount).returns(0, Frontend::outsideCount);
        assertThat(map(Maps.SLOTS)).isEmpty();
    }

    @Test
    void what_may_be_used_from_outside_says_so_and_how() {
        Service.Reach reach = new Service.Reach(
                ips("10.96.0.1", "fd00:96::1"), ips("198.51.100.1"), ips("203.0.113.1"), List.of(), false);
        with(withPorts(service("web", reach, ALL), http(30080)));
        assertThat(map(Maps.FRONTENDS)).hasSize(6);
        assertThat(frontendAt(WEB).flags()).isZero();
        List<FrontendKey> fromOutside = List.of(
                frontend("198.51.100.1", 80),
                frontend("203.0.113.1", 80),
                frontend("0.0.0.0", 30080),
                frontend("::", 30080));
        assertThat(fromOutside).allMatch(key -> apartFromForeign(key) == FrontendFlag.OUTSIDE);

        with(withPorts(service("web", reach, LOCAL_OUTSIDE), http(30080)));
        assertThat(frontendAt(WEB).flags()).isZero();
        assertThat(fromOutside).allMatch(key -> apartFromForeign(key) == (FrontendFlag.OUTSIDE | FrontendFlag.LOCAL));
    }

    /// External addresses of services here are no addresses of the node.
    private int apartFromForeign(FrontendKey key) {
        return frontendAt(key).flags() & ~FrontendFlag.FOREIGN;
    }

    @Test
    void node_ports_are_of_the_families_that_a_service_has_in_the_cluster() {
        Service.Reach reach = new Service.Reach(ips("fd00:96::1"), ips("198.51.100.1"), List.of(), List.of(), false);
        with(withPorts(service("web", reach, ALL), http(30080)));

        assertThat(map(Maps.FRONTENDS))
                .containsKey(frontend("::", 30080))
                .doesNotContainKey(frontend("0.0.0.0", 30080));
    }

    @Test
    void ranges_are_for_the_balancer_s_addresses_alone() {
        Service.Reach reach = new Service.Reach(
                ips("10.96.0.1"),
                ips("198.51.100.1"),
                ips("203.0.113.1"),
                List.of(Cidr.of("192.0.2.0/24"), Cidr.of("2001:db8::/32")),
                false);
        with(service("web", reach, ALL));
        FrontendKey balancer = frontend("203.0.113.1", 80);

        assertThat(frontendAt(balancer).flags()).isEqualTo(FrontendFlag.OUTSIDE | FrontendFlag.RANGES);
        assertThat(frontendAt(WEB).flags()).isZero();
        assertThat(frontendAt(frontend("198.51.100.1", 80)).flags())
                .isEqualTo(FrontendFlag.OUTSIDE | FrontendFlag.FOREIGN);
        assertThat(map(Maps.SOURCE_RANGES))
                .as("the service has no IPv6")
                .containsExactly(Map.entry(Keys.of(frontendAt(balancer).service(), Cidr.of("192.0.2.0/24")), 1));
        assertThat(map(Maps.SOURCE_RANGES).keySet())
                .allMatch(key -> key.prefixLength() == 96 + 24 && key.family() == 4);

        with(service("web", balanced("203.0.113.1", true, "192.0.2.0/24"), ALL));
        assertThat(frontendAt(balancer).flags())
                .isEqualTo(FrontendFlag.OUTSIDE | FrontendFlag.RANGES | FrontendFlag.RANGES_DENY);
        with(service("web", balanced("203.0.113.1", true), ALL));
        assertThat(frontendAt(balancer).flags()).isEqualTo(FrontendFlag.OUTSIDE);
    }

    @Test
    void members_are_the_backends_of_services_whose_clients_keep_theirs() {
        with(service("web", at("10.96.0.1"), LOCAL_OUTSIDE));
        with(slice("web-1", "web", ready("10.0.1.7", "here"), ready("10.0.2.9", "far")));
        assertThat(map(Maps.MEMBERS)).isEmpty();

        Service.Selection kept = new Service.Selection(TrafficPolicy.CLUSTER, TrafficPolicy.LOCAL, 60, 0);
        with(service("web", at("10.96.0.1"), kept));
        assertThat(frontendAt(WEB).affinitySeconds()).isEqualTo(60);
        assertThat(map(Maps.MEMBERS).keySet().stream().map(member -> member.list()))
                .containsExactlyInAnyOrder(
                        frontendAt(WEB).inside(),
                        frontendAt(WEB).inside(),
                        frontendAt(WEB).outside());
        assertThat(map(Maps.MEMBERS).keySet())
                .allMatch(member -> map(Maps.SLOTS).containsValue(member.backend()));
    }

    @Test
    void the_older_of_two_services_is_reached_and_the_other_when_it_goes() {
        Service young = created(service("a", at("10.96.0.1"), ALL), "2026-02-01T00:00:00Z");
        with(young, service("b", at("10.96.0.1"), ALL));
        with(slice("a-1", "a", ready("10.0.1.7", "here")), slice("b-1", "b", ready("10.0.2.9", "far")));
        assertThat(inside(WEB)).containsExactly(backend("10.0.2.9"));

        state = state.without(Table.SERVICES, SampleServices.name("b"));
        assertThat(inside(WEB)).containsExactly(backend("10.0.1.7"));
        assertThat(map(Maps.BACKENDS)).hasSize(1);
    }

    @Test
    void of_equally_old_services_the_one_whose_name_sorts_first_is_reached() {
        with(service("b", at("10.96.0.1"), ALL), service("a", at("10.96.0.1"), ALL));
        with(slice("a-1", "a", ready("10.0.1.7", "here")), slice("b-1", "b", ready("10.0.2.9", "far")));

        assertThat(inside(WEB)).containsExactly(backend("10.0.1.7"));
    }

    @Test
    void an_address_that_a_service_has_twice_lets_in_the_fewer() {
        Service.Reach reach = new Service.Reach(
                List.of(), ips("203.0.113.1"), ips("203.0.113.1"), List.of(Cidr.of("192.0.2.0/24")), false);
        with(service("web", reach, ALL));

        assertThat(frontendAt(frontend("203.0.113.1", 80)).flags())
                .isEqualTo(FrontendFlag.OUTSIDE | FrontendFlag.RANGES);
    }

    @Test
    void slices_without_their_service_are_in_no_map() {
        with(slice("web-1", "web", ready("10.0.1.7", "here")));

        assertThat(map(Maps.BACKENDS)).isEmpty();
        assertThat(map(Maps.SLOTS)).isEmpty();
    }
}
