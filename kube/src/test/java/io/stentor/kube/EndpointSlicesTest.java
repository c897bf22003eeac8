package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.EndpointSlice;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointSlicesTest {

    private static final String LABELS = "kubernetes.io/service-name: web";
    private static final String PORTS = "{name: http, port: 8080}";

    private static GenericKubernetesResource object(String labels, String type, String ports, String endpoints) {
        return ApiServer.object("""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: web-x7, namespace: shop, labels: {%s}}
                addressType: %s
                ports: [%s]
                endpoints: [%s]
                """.formatted(labels, type, ports, endpoints));
    }

    private static Translated<Optional<EndpointSlice>> translated(String ports, String endpoints) {
        return EndpointSlices.translate(object(LABELS, "IPv4", ports, endpoints), ServiceSettings.USUAL);
    }

    private static String ports(EndpointSlice slice) {
        return slice.ports().stream()
                .map(port -> port.name() + ":" + port.port() + "/" + port.protocol())
                .collect(Collectors.joining(" "));
    }

    /// Each with the letters of its conditions: ready, serving, terminating.
    private static String backends(EndpointSlice slice) {
        return slice.backends().stream()
                .map(b -> b.address() + " " + (b.ready() ? "r" : "-") + (b.serving() ? "s" : "-")
                        + (b.terminating() ? "t" : "-"))
                .collect(Collectors.joining(", "));
    }

    @Test
    void a_slice_has_its_names_its_ports_and_where_its_backends_are() {
        Translated<Optional<EndpointSlice>> translated = translated(
                "{name: http, port: 8080, protocol: TCP}, {name: dns, port: 53, protocol: UDP}, {port: 132, protocol: SCTP}",
                "{addresses: [10.0.1.5], nodeName: worker-1, hints: {forZones: [{name: z1}, {name: z2}]}},"
                        + " {addresses: [10.0.2.9]}");
        EndpointSlice slice = translated.rows().orElseThrow();
        assertThat(translated.problems()).isEmpty();
        assertThat(slice.name()).hasToString("shop/web-x7");
        assertThat(slice.service()).hasToString("shop/web");
        assertThat(ports(slice)).isEqualTo("http:8080/TCP dns:53/UDP :132/SCTP");
        assertThat(slice.backends())
                .extracting(EndpointSlice.Backend::place)
                .extracting(Object::toString)
                .containsExactly("Place[node=worker-1, zones=[z1, z2]]", "Place[node=, zones=[]]");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            {}                                                 => rs-
            {ready: true}                                      => rs-
            {ready: false}                                     => ---
            {ready: false, serving: true}                      => -s-
            {ready: false, serving: true, terminating: true}   => -st
            {ready: false, serving: false, terminating: true}  => --t
            {ready: true, serving: true, terminating: true}    => rst
            {ready: true, serving: false}                      => r--
            {serving: false}                                   => r--
            {terminating: true}                                => rst
            {ready: null, serving: null, terminating: null}    => rs-
            """)
    void conditions_that_are_not_said_are_those_of_a_backend_that_is_well(String conditions, String expected) {
        Translated<Optional<EndpointSlice>> slice =
                translated(PORTS, "{addresses: [10.0.1.5], conditions: " + conditions + "}");
        assertThat(backends(slice.rows().orElseThrow())).isEqualTo("10.0.1.5 " + expected);
    }

    @Test
    void only_the_first_address_of_an_endpoint_counts() {
        Translated<Optional<EndpointSlice>> slice = translated(PORTS, "{addresses: [10.0.1.5, nonsense]}");
        assertThat(backends(slice.rows().orElseThrow())).isEqualTo("10.0.1.5 rs-");
        assertThat(slice.problems()).isEmpty();
    }

    @Test
    void a_slice_without_endpoints_needs_no_ports() {
        Translated<Optional<EndpointSlice>> slice = translated("", "");
        assertThat(slice.rows()).isPresent();
        assertThat(slice.problems()).isEmpty();
    }

    @Test
    void a_slice_of_the_other_family_has_addresses_of_it() {
        GenericKubernetesResource object =
                object(LABELS, "IPv6", PORTS, "{addresses: ['fd00::1:5']}, {addresses: [10.0.1.5]}");
        Translated<Optional<EndpointSlice>> slice = EndpointSlices.translate(object, ServiceSettings.USUAL);
        assertThat(backends(slice.rows().orElseThrow())).isEqualTo("fd00::1:5 rs-");
        assertThat(slice.problems())
                .extracting(Object::toString)
                .containsExactly("EndpointSlice/shop/web-x7 endpoints[1].addresses[0]:"
                        + " 10.0.1.5 is not of the slice's addressType: left out");
    }

    @ParameterizedTest
    @CsvSource({"0,10.0.1.5 ---,false", "5,10.0.1.5 rs-,false", "much,10.0.1.5 rs-,true"})
    void a_slice_without_weight_gets_no_new_connections(String weight, String expected, boolean wrong) {
        GenericKubernetesResource object = object(LABELS, "IPv4", PORTS, "{addresses: [10.0.1.5]}");
        object.getMetadata().setAnnotations(Map.of("service.cilium.io/weight", weight));
        Translated<Optional<EndpointSlice>> slice = EndpointSlices.translate(object, ServiceSettings.USUAL);
        assertThat(backends(slice.rows().orElseThrow())).isEqualTo(expected);
        assertThat(slice.problems()).hasSize(wrong ? 1 : 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "app: web",
                "kubernetes.io/service-name: ''",
                LABELS + ", service.kubernetes.io/headless: ''",
                LABELS + ", service.kubernetes.io/service-proxy-name: other",
            })
    void slices_of_no_service_or_of_anothers_are_absent(String labels) {
        Translated<Optional<EndpointSlice>> slice =
                EndpointSlices.translate(object(labels, "IPv4", "{}", "{}"), ServiceSettings.USUAL);
        assertThat(slice.rows()).isEmpty();
        assertThat(slice.problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"ours,true", "other,false", "'',true"})
    void a_proxy_with_a_name_takes_slices_of_it_and_those_that_somebody_wrote(String name, boolean expected) {
        String label = name.isEmpty() ? "" : ", service.kubernetes.io/service-proxy-name: " + name;
        ServiceSettings ours = new ServiceSettings(
                "ours",
                ServiceSettings.USUAL.nodePorts(),
                ServiceSettings.USUAL.balancing(),
                ServiceSettings.USUAL.outside(),
                ServiceSettings.USUAL.upkeep());
        Translated<Optional<EndpointSlice>> slice =
                EndpointSlices.translate(object(LABELS + label, "IPv4", PORTS, ""), ours);
        assertThat(slice.rows().isPresent()).isEqualTo(expected);
    }

    @Test
    void slices_of_names_are_absent() {
        Translated<Optional<EndpointSlice>> slice = EndpointSlices.translate(
                object(LABELS, "FQDN", PORTS, "{addresses: [example.org]}"), ServiceSettings.USUAL);
        assertThat(slice.rows()).isEmpty();
        assertThat(slice.problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"IPX,IPX", "'',''", "{},''"})
    void an_address_type_that_is_none_is_said(String type, String shown) {
        Translated<Optional<EndpointSlice>> slice = EndpointSlices.translate(
                object(LABELS, type.isEmpty() ? "''" : type, PORTS, "{addresses: [10.0.1.5]}"), ServiceSettings.USUAL);
        assertThat(slice.rows()).isEmpty();
        assertThat(slice.problems())
                .extracting(Object::toString)
                .containsExactly("EndpointSlice/shop/web-x7 addressType: '" + shown + "' is none of IPv4, IPv6, FQDN");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            {addresses: []}                                => [0].addresses: there is none: the endpoint is left out
            {nodeName: worker-1}                           => [0].addresses: there is none: the endpoint is left out
            {addresses: [10.0.1]}                          => [0].addresses[0]: '10.0.1' is not an IP address
            {addresses: [127.0.0.1]}                       => [0].addresses[0]: 127.0.0.1 is a loopback address, which others cannot reach
            {addresses: [0.0.0.0]}                         => [0].addresses[0]: 0.0.0.0 is an unspecified address, which others cannot reach
            {addresses: [239.1.1.1]}                       => [0].addresses[0]: 239.1.1.1 is a multicast address, which others cannot reach
            {addresses: ['::ffff:10.0.1.5']}               => [0].addresses[0]: ::ffff:10.0.1.5 is an IPv4 address written as IPv6, which others cannot reach
            {addresses: ['fd00::1:5']}                     => [0].addresses[0]: fd00::1:5 is not of the slice's addressType: left out
            """)
    void an_endpoint_that_makes_no_sense_is_left_out_and_said(String endpoint, String problem) {
        Translated<Optional<EndpointSlice>> slice = translated(PORTS, endpoint + ", {addresses: [10.0.1.6]}");
        assertThat(backends(slice.rows().orElseThrow())).isEqualTo("10.0.1.6 rs-");
        assertThat(slice.problems())
                .extracting(Object::toString)
                .containsExactly("EndpointSlice/shop/web-x7 endpoints" + problem);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            {port: 0}, {name: a, port: 80}                                   => [0].port: '0' is not a port from 1 to 65535
            {port: 65536}, {name: a, port: 80}                               => [0].port: '65536' is not a port from 1 to 65535
            {name: b}, {name: a, port: 80}                                   => [0].port: '' is not a port from 1 to 65535
            {port: 80, protocol: tcp}, {name: a, port: 80}                   => [0].protocol: 'tcp' is none of TCP, UDP, SCTP
            {name: a, port: 80}, {name: a, port: 81}                         => [1].name: 'a' is the name of an earlier port: left out
            """)
    void a_port_that_makes_no_sense_is_left_out_and_said(String ports, String problem) {
        Translated<Optional<EndpointSlice>> slice = translated(ports, "{addresses: [10.0.1.6]}");
        assertThat(ports(slice.rows().orElseThrow())).isEqualTo("a:80/TCP");
        assertThat(slice.problems())
                .extracting(Object::toString)
                .containsExactly("EndpointSlice/shop/web-x7 ports" + problem);
    }

    @Test
    void endpoints_without_ports_are_said() {
        Translated<Optional<EndpointSlice>> slice = translated("", "{addresses: [10.0.1.6]}");
        assertThat(slice.rows().orElseThrow().ports()).isEmpty();
        assertThat(slice.problems())
                .extracting(Object::toString)
                .containsExactly("EndpointSlice/shop/web-x7 ports: there are none: nothing reaches its endpoints");
    }
}
