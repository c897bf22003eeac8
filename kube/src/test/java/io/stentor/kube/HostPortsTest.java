package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.stentor.model.EndpointSlice;
import io.stentor.model.IpAddress;
import io.stentor.model.Service;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortsTest {

    private static final Set<IpAddress> HERE =
            Set.of(IpAddress.of("192.0.2.1"), IpAddress.of("127.0.0.1"), IpAddress.of("2001:db8::1"));
    private static final String RUNNING = "phase: Running, podIPs: [{ip: 10.0.1.5}, {ip: 'fd00:1::5'}]";

    private static Pod pod(String metadata, String spec, String status) {
        return new KubernetesSerialization().unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata: {name: web-0, namespace: shop, creationTimestamp: '2026-01-01T00:00:00Z'%s}
                spec: {nodeName: a, %s}
                status: {%s}
                """.formatted(metadata, spec, status), Pod.class);
    }

    private static Translated<List<HostPorts.Opened>> translated(Pod pod) {
        return HostPorts.translate(pod, ServiceSettings.USUAL, HERE::contains);
    }

    private static Translated<List<HostPorts.Opened>> translated(String ports) {
        return translated(pod("", "containers: [{name: c, ports: [" + ports + "]}]", RUNNING));
    }

    private static String inShort(List<HostPorts.Opened> opened) {
        return opened.stream().map(HostPortsTest::inShort).collect(Collectors.joining(" "));
    }

    /// Where it is open, and what stands behind it.
    private static String inShort(HostPorts.Opened opened) {
        Service service = opened.service();
        EndpointSlice slice = opened.slice();
        assertThat(slice.service()).isEqualTo(service.name());
        assertThat(slice.ports()).singleElement().returns("", EndpointSlice.Port::name);
        return service.ports().getFirst().port() + "/"
                + service.ports().getFirst().protocol()
                + service.reach().atNodes().hostIps().toString().replace(" ", "")
                + "->" + slice.ports().getFirst().port()
                + slice.backends().stream()
                        .map(backend -> backend.address() + (backend.ready() ? "" : "/ending"))
                        .toList()
                        .toString()
                        .replace(" ", "");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            {containerPort: 80}                                                      => ''
            {containerPort: 80, hostPort: 0}                                         => ''
            {containerPort: 80, hostPort: 8080}                                      => 8080/TCP[0.0.0.0,::]->80[10.0.1.5,fd00:1::5]
            {containerPort: 80, hostPort: 8080, hostIP: 0.0.0.0}                     => 8080/TCP[0.0.0.0,::]->80[10.0.1.5,fd00:1::5]
            {containerPort: 80, hostPort: 8080, hostIP: '::'}                        => 8080/TCP[0.0.0.0,::]->80[10.0.1.5,fd00:1::5]
            {containerPort: 80, hostPort: 8080, hostIP: 192.0.2.1}                   => 8080/TCP[192.0.2.1]->80[10.0.1.5,fd00:1::5]
            {containerPort: 80, hostPort: 8080, hostIP: 127.0.0.1}                   => 8080/TCP[127.0.0.1]->80[10.0.1.5,fd00:1::5]
            {containerPort: 80, hostPort: 8080, hostIP: '2001:db8::1'}               => 8080/TCP[2001:db8::1]->80[10.0.1.5,fd00:1::5]
            {containerPort: 53, hostPort: 53, protocol: UDP}                         => 53/UDP[0.0.0.0,::]->53[10.0.1.5,fd00:1::5]
            {containerPort: 53, hostPort: 53, protocol: SCTP}                        => 53/SCTP[0.0.0.0,::]->53[10.0.1.5,fd00:1::5]
            {containerPort: 80, hostPort: 8080}, {containerPort: 81, hostPort: 8080, hostIP: 192.0.2.1} => 8080/TCP[0.0.0.0,::]->80[10.0.1.5,fd00:1::5] 8080/TCP[192.0.2.1]->81[10.0.1.5,fd00:1::5]
            """)
    void a_port_is_open_at_all_addresses_or_at_the_one_that_it_names(String ports, String expected) {
        Translated<List<HostPorts.Opened>> opened = translated(ports);
        assertThat(inShort(opened.rows())).isEqualTo(expected);
        assertThat(opened.problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            {containerPort: 80, hostPort: 30000}                    => [0].hostPort: 30000 is inside of node-port-range, which is 30000-32767: left out; take a port outside of it
            {containerPort: 80, hostPort: 32767}                    => [0].hostPort: 32767 is inside of node-port-range, which is 30000-32767: left out; take a port outside of it
            {containerPort: 80, hostPort: 65536}                    => [0].hostPort: '65536' is not a port from 1 to 65535
            {containerPort: 80, hostPort: 80, protocol: ICMP}       => [0].protocol: 'ICMP' is none of TCP, UDP, SCTP
            {containerPort: 80, hostPort: 80, hostIP: 192.0.2}      => [0].hostIP: '192.0.2' is not an IP address: the port is left out
            {containerPort: 80, hostPort: 80, hostIP: 192.0.2.2}    => [0].hostIP: 192.0.2.2 is no address of this node: the port is left out
            """)
    void a_port_that_cannot_be_is_left_out_and_said(String ports, String problem) {
        Translated<List<HostPorts.Opened>> opened = translated(ports);
        assertThat(opened.rows()).isEmpty();
        assertThat(opened.problems())
                .extracting(Object::toString)
                .containsExactly("Pod/shop/web-0 spec.containers[c].ports" + problem);
    }

    @Test
    void what_one_pod_wants_twice_it_has_once() {
        Translated<List<HostPorts.Opened>> opened =
                translated("{containerPort: 80, hostPort: 8080}, {containerPort: 81, hostPort: 8080}");
        assertThat(inShort(opened.rows())).isEqualTo("8080/TCP[0.0.0.0,::]->80[10.0.1.5,fd00:1::5]");
        assertThat(opened.problems())
                .extracting(Object::toString)
                .containsExactly(
                        "Pod/shop/web-0 spec.containers[c].ports[1].hostPort: 8080/TCP is an earlier port's too: left out");
    }

    @Test
    void an_address_of_a_family_that_the_pod_has_not_is_said() {
        Translated<List<HostPorts.Opened>> opened = translated(pod(
                "",
                "containers: [{name: c, ports: [{containerPort: 80, hostPort: 80, hostIP: '2001:db8::1'}]}]",
                "phase: Running, podIP: 10.0.1.5"));
        assertThat(opened.rows()).isEmpty();
        assertThat(opened.problems())
                .extracting(Object::toString)
                .containsExactly(
                        "Pod/shop/web-0 spec.containers[c].ports[0].hostIP: 2001:db8::1 is of a family that the"
                                + " pod has no address of: the port is left out");
    }

    private static final String PORT = "[{name: c, ports: [{containerPort: 80, hostPort: 8080}]}]";

    @ParameterizedTest
    @ValueSource(strings = {"phase: Succeeded, podIP: 10.0.1.5", "phase: Failed, podIP: 10.0.1.5", "phase: Pending"})
    void a_pod_that_has_ended_or_has_no_address_opens_nothing(String status) {
        Translated<List<HostPorts.Opened>> opened = translated(pod("", "containers: " + PORT, status));
        assertThat(opened.rows()).isEmpty();
        assertThat(opened.problems()).isEmpty();
    }

    @Test
    void a_pod_in_the_nodes_network_opens_its_ports_itself() {
        assertThat(HostPorts.wants(pod("", "hostNetwork: true, containers: " + PORT, RUNNING)))
                .isFalse();
    }

    @Test
    void sidecars_count_and_containers_that_only_begin_do_not() {
        assertThat(HostPorts.wants(pod("", "initContainers: " + PORT + ", containers: []", RUNNING)))
                .isFalse();
        assertThat(HostPorts.wants(pod(
                        "", "initContainers: " + PORT.replace("name: c", "name: c, restartPolicy: Always"), RUNNING)))
                .isTrue();
    }

    @Test
    void a_pod_that_is_about_to_end_is_the_last_resort() {
        Translated<List<HostPorts.Opened>> opened = translated(pod(
                ", deletionTimestamp: '2026-01-02T00:00:00Z'",
                "containers: " + PORT,
                "phase: Running, podIP: 10.0.1.5"));
        assertThat(inShort(opened.rows())).isEqualTo("8080/TCP[0.0.0.0]->80[10.0.1.5/ending]");
    }

    private final Set<IpAddress> addresses = new HashSet<>(HERE);
    private final HostPortTable table = new HostPortTable(ServiceSettings.USUAL, addresses::contains);
    private State state = State.awaiting(Set.of(Source.HOST_PORTS));

    private List<String> open() {
        state = table.into(state);
        table.told();
        assertThat(state.table(Table.SLICES).keys().map(Object::toString).sorted())
                .isEqualTo(state.table(Table.SERVICES)
                        .keys()
                        .map(Object::toString)
                        .sorted()
                        .toList());
        return state.table(Table.SERVICES).keys().map(Object::toString).sorted().toList();
    }

    @Test
    void ports_come_and_go_with_their_pod_and_its_wishes() {
        table.seen(pod("", "containers: " + PORT, "phase: Pending"));
        assertThat(open()).isEmpty();
        table.seen(pod("", "containers: " + PORT, RUNNING));
        assertThat(open()).containsExactly("shop/web-0:8080/TCP");
        table.seen(pod("", "containers: " + PORT.replace("8080", "30080"), RUNNING));
        assertThat(open()).isEmpty();
        assertThat(state.problems()).hasSize(1);
        table.seen(pod("", "containers: " + PORT.replace("8080", "8081"), RUNNING));
        assertThat(open()).containsExactly("shop/web-0:8081/TCP");
        assertThat(state.problems()).isEmpty();
        table.seen(pod("", "containers: " + PORT, "phase: Succeeded, podIP: 10.0.1.5"));
        assertThat(open()).isEmpty();
        table.seen(pod("", "containers: " + PORT, RUNNING));
        assertThat(open()).containsExactly("shop/web-0:8080/TCP");
        table.gone(pod("", "containers: " + PORT, RUNNING));
        assertThat(open()).isEmpty();
    }

    @Test
    void a_port_at_an_address_opens_when_the_host_gets_the_address() {
        addresses.clear();
        table.seen(pod("", "containers: " + PORT.replace("hostPort:", "hostIP: 192.0.2.1, hostPort:"), RUNNING));
        assertThat(open()).isEmpty();
        assertThat(state.problems()).hasSize(1);
        addresses.add(IpAddress.of("192.0.2.1"));
        table.hostChanged();
        assertThat(open()).containsExactly("shop/web-0:8080/TCP@192.0.2.1");
        assertThat(state.problems()).isEmpty();
    }

    @Test
    void ports_that_an_earlier_agent_knew_go_when_their_pod_is_not_in_the_list() {
        table.seen(pod("", "containers: " + PORT, RUNNING));
        assertThat(open()).hasSize(1);
        HostPortTable later = new HostPortTable(ServiceSettings.USUAL, addresses::contains);
        State alone = later.alone(later.into(state));
        assertThat(alone.table(Table.SERVICES).isEmpty()).isTrue();
        assertThat(alone.table(Table.SLICES).isEmpty()).isTrue();
    }
}
