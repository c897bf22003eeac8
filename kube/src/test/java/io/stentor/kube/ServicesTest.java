package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.Service;
import io.stentor.model.ServicePort;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServicesTest {

    private static GenericKubernetesResource object(String metadata, String spec, String status) {
        return ApiServer.object("""
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: shop, creationTimestamp: '2026-01-01T00:00:00Z'%s}
                spec: {%s}
                status: {%s}
                """.formatted(metadata.isEmpty() ? "" : ", " + metadata, spec, status));
    }

    private static Translated<Optional<Service>> translated(String metadata, String spec, String status) {
        return Services.translate(object(metadata, spec, status), ServiceSettings.USUAL);
    }

    /// Where it is reached and who gets what, in short; what is usual is left out.
    private static String inShort(Optional<Service> found) {
        if (found.isEmpty()) {
            return "absent";
        }
        Service service = found.get();
        Service.Reach reach = service.reach();
        Service.Selection selection = service.selection();
        StringBuilder text = new StringBuilder(
                service.ports().stream().map(ServicesTest::inShort).collect(Collectors.joining(" ")));
        append(text, " cluster", reach.clusterIps());
        append(text, " external", reach.externalIps());
        append(text, " balancer", reach.balancerIps());
        append(text, reach.rangesDeny() ? " deny" : " allow", reach.sourceRanges());
        text.append(selection.inside().name().equals("LOCAL") ? " inside-local" : "");
        text.append(selection.outside().name().equals("LOCAL") ? " outside-local" : "");
        text.append(selection.affinitySeconds() == 0 ? "" : " affinity=" + selection.affinitySeconds());
        return text.append(selection.healthCheckNodePort() == 0 ? "" : " health=" + selection.healthCheckNodePort())
                .toString();
    }

    private static String inShort(ServicePort port) {
        String name = port.name().isEmpty() ? "" : port.name() + ":";
        String nodePort = port.nodePort() == 0 ? "" : "@" + port.nodePort();
        return name + port.port() + "/" + port.protocol() + nodePort;
    }

    private static void append(StringBuilder text, String name, List<?> values) {
        if (!values.isEmpty()) {
            text.append(name).append(values.toString().replace(" ", ""));
        }
    }

    @Test
    void a_service_has_its_name_its_age_and_all_that_it_says() {
        Translated<Optional<Service>> service = translated(
                "",
                """
                type: LoadBalancer, clusterIP: 10.96.0.7, clusterIPs: [10.96.0.7, 'fd00:96::7'],
                externalIPs: [198.51.100.7],
                ports: [{name: http, port: 80, nodePort: 30080},
                        {name: dns, port: 53, protocol: UDP, nodePort: 30053},
                        {name: sig, port: 53, protocol: SCTP, nodePort: 0}],
                internalTrafficPolicy: Local, externalTrafficPolicy: Local, healthCheckNodePort: 30999,
                sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}},
                loadBalancerSourceRanges: [203.0.113.0/24, ' 2001:db8::/32']
                """,
                "loadBalancer: {ingress: [{ip: 203.0.113.9, ipMode: VIP}, {ip: '2001:db8::9'}, {hostname: lb.example}]}");
        assertThat(service.problems()).isEmpty();
        assertThat(service.rows().orElseThrow().name()).hasToString("shop/web");
        assertThat(service.rows().orElseThrow().created()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(inShort(service.rows()))
                .isEqualTo("http:80/TCP@30080 dns:53/UDP@30053 sig:53/SCTP"
                        + " cluster[10.96.0.7,fd00:96::7] external[198.51.100.7] balancer[203.0.113.9,2001:db8::9]"
                        + " allow[203.0.113.0/24,2001:db8::/32] inside-local outside-local affinity=60 health=30999");
    }

    private static final String PORT = "ports: [{port: 80, nodePort: 30080}]";

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            clusterIP: 10.96.0.7                                                     => 80/TCP cluster[10.96.0.7]
            clusterIP: 10.96.0.7, clusterIPs: [10.96.0.7]                            => 80/TCP cluster[10.96.0.7]
            clusterIP: ''                                                            => absent
            clusterIPs: ['fd00:96::7']                                               => 80/TCP cluster[fd00:96::7]
            clusterIP: None                                                          => absent
            clusterIPs: [None]                                                       => absent
            clusterIP: None, externalIPs: [198.51.100.7]                             => absent
            type: ExternalName, externalName: example.org                            => absent
            type: ExternalName, clusterIP: 10.96.0.7                                 => absent
            type: ClusterIP, clusterIP: 10.96.0.7                                    => 80/TCP cluster[10.96.0.7]
            type: NodePort, clusterIP: 10.96.0.7                                     => 80/TCP@30080 cluster[10.96.0.7]
            type: LoadBalancer, clusterIP: 10.96.0.7                                 => 80/TCP@30080 cluster[10.96.0.7] balancer[203.0.113.9]
            clusterIP: 10.96.0.7, externalIPs: [198.51.100.7, 198.51.100.7]          => 80/TCP cluster[10.96.0.7] external[198.51.100.7]
            externalIPs: [198.51.100.7]                                              => 80/TCP external[198.51.100.7]
            clusterIP: 10.96.0.7, sessionAffinity: None                              => 80/TCP cluster[10.96.0.7]
            clusterIP: 10.96.0.7, sessionAffinity: ClientIP                          => 80/TCP cluster[10.96.0.7] affinity=10800
            clusterIP: 10.96.0.7, internalTrafficPolicy: Cluster                     => 80/TCP cluster[10.96.0.7]
            clusterIP: 10.96.0.7, internalTrafficPolicy: Local                       => 80/TCP cluster[10.96.0.7] inside-local
            clusterIP: 10.96.0.7, externalTrafficPolicy: Local                       => 80/TCP cluster[10.96.0.7] outside-local
            clusterIP: 10.96.0.7, externalTrafficPolicy: Local, healthCheckNodePort: 31000                    => 80/TCP cluster[10.96.0.7] outside-local
            type: LoadBalancer, externalTrafficPolicy: Cluster, healthCheckNodePort: 31000                    => 80/TCP@30080 balancer[203.0.113.9]
            type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 31000                      => 80/TCP@30080 balancer[203.0.113.9] outside-local health=31000
            """)
    void what_a_service_says_is_what_it_is(String spec, String expected) {
        Translated<Optional<Service>> service =
                translated("", spec + ", " + PORT, "loadBalancer: {ingress: [{ip: 203.0.113.9}]}");
        assertThat(inShort(service.rows())).isEqualTo(expected);
        assertThat(service.problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            {service.cilium.io/type: ClusterIP}               => 80/TCP cluster[10.96.0.7] external[198.51.100.7]
            {service.cilium.io/type: NodePort}                => 80/TCP@30080 external[198.51.100.7]
            {service.cilium.io/type: LoadBalancer}            => 80/TCP external[198.51.100.7] balancer[203.0.113.9]
            {service.cilium.io/type: ''}                      => 80/TCP@30080 cluster[10.96.0.7] external[198.51.100.7] balancer[203.0.113.9]
            {service.cilium.io/src-ranges-policy: allow}      => 80/TCP@30080 cluster[10.96.0.7] external[198.51.100.7] balancer[203.0.113.9]
            {service.cilium.io/src-ranges-policy: Deny}       => 80/TCP@30080 cluster[10.96.0.7] external[198.51.100.7] balancer[203.0.113.9]
            """)
    void annotations_leave_one_kind_of_frontend(String annotations, String expected) {
        Translated<Optional<Service>> service = translated(
                "annotations: " + annotations,
                "type: LoadBalancer, clusterIP: 10.96.0.7, externalIPs: [198.51.100.7], " + PORT,
                "loadBalancer: {ingress: [{ip: 203.0.113.9}]}");
        assertThat(inShort(service.rows())).isEqualTo(expected);
        assertThat(service.problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"allow,allow", "ALLOW,allow", "deny,deny", "Deny,deny"})
    void source_ranges_are_of_those_who_may_or_of_those_who_may_not(String policy, String meaning) {
        Translated<Optional<Service>> service = translated(
                "annotations: {service.cilium.io/src-ranges-policy: " + policy + "}",
                "type: LoadBalancer, loadBalancerSourceRanges: [203.0.113.0/24], " + PORT,
                "loadBalancer: {ingress: [{ip: 203.0.113.9}]}");
        assertThat(inShort(service.rows()))
                .isEqualTo("80/TCP@30080 balancer[203.0.113.9] " + meaning + "[203.0.113.0/24]");
    }

    @Test
    void a_kind_of_frontend_that_its_type_does_not_have_is_not_given_to_it() {
        Translated<Optional<Service>> service =
                translated("annotations: {service.cilium.io/type: NodePort}", "clusterIP: 10.96.0.7, " + PORT, "");
        assertThat(inShort(service.rows())).isEqualTo("absent");
        assertThat(service.problems()).isEmpty();
    }

    @Test
    void a_balancer_that_is_a_proxy_keeps_its_address() {
        Translated<Optional<Service>> service = translated(
                "",
                "type: LoadBalancer, " + PORT,
                "loadBalancer: {ingress: [{ip: 203.0.113.9, ipMode: Proxy}, {ip: 203.0.113.10, ipMode: VIP}]}");
        assertThat(inShort(service.rows())).isEqualTo("80/TCP@30080 balancer[203.0.113.10]");
        assertThat(service.problems()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{service.kubernetes.io/headless: ''}", "{service.kubernetes.io/service-proxy-name: other}"})
    void services_that_are_anothers_by_their_labels_are_absent(String labels) {
        Translated<Optional<Service>> service = translated("labels: " + labels, "clusterIP: nonsense, " + PORT, "");
        assertThat(service.rows()).isEmpty();
        assertThat(service.problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            labels: {service.kubernetes.io/service-proxy-name: ours}  => 80/TCP cluster[10.96.0.7]
            labels: {service.kubernetes.io/service-proxy-name: other} => absent
            labels: {app: web}                                        => absent
            """)
    void a_proxy_with_a_name_serves_what_names_it(String labels, String expected) {
        ServiceSettings ours = new ServiceSettings(
                "ours",
                ServiceSettings.USUAL.nodePorts(),
                ServiceSettings.USUAL.balancing(),
                ServiceSettings.USUAL.outside(),
                ServiceSettings.USUAL.upkeep());
        assertThat(inShort(Services.translate(object(labels, "clusterIP: 10.96.0.7, " + PORT, ""), ours)
                        .rows()))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            type: Ingress, clusterIP: 10.96.0.7                              => absent                     => spec.type: 'Ingress' is none of ClusterIP, NodePort, LoadBalancer, ExternalName
            clusterIP: 10.96.0                                               => absent                     => spec.clusterIP: '10.96.0' is not an IP address
            clusterIPs: [10.96.0.7, 'fd00::96::7']                           => 80/TCP cluster[10.96.0.7]  => spec.clusterIPs[1]: 'fd00::96::7' is not an IP address
            clusterIPs: [127.0.0.1, 10.96.0.7]                               => 80/TCP cluster[10.96.0.7]  => spec.clusterIPs[0]: 127.0.0.1 is a loopback address, which others cannot reach
            clusterIPs: [10.96.0.7, 8]                                       => 80/TCP cluster[10.96.0.7]  => spec.clusterIPs[1]: '8' is not an IP address
            clusterIP: 10.96.0.7, externalIPs: [224.0.0.7]                   => 80/TCP cluster[10.96.0.7]  => spec.externalIPs[0]: 224.0.0.7 is a multicast address, which others cannot reach
            clusterIP: 10.96.0.7, externalIPs: ['::']                        => 80/TCP cluster[10.96.0.7]  => 'spec.externalIPs[0]: :: is an unspecified address, which others cannot reach'
            clusterIP: 10.96.0.7, sessionAffinity: Cookie                    => 80/TCP cluster[10.96.0.7]  => spec.sessionAffinity: 'Cookie' is neither None nor ClientIP; it is as None
            clusterIP: 10.96.0.7, sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 86401}} => 80/TCP cluster[10.96.0.7] affinity=10800 => spec.sessionAffinityConfig.clientIP.timeoutSeconds: '86401' is not from 1 to 86400; it is as 10800
            clusterIP: 10.96.0.7, internalTrafficPolicy: Zone                => 80/TCP cluster[10.96.0.7]  => spec.internalTrafficPolicy: 'Zone' is neither Cluster nor Local; it is as Cluster
            clusterIP: 10.96.0.7, externalTrafficPolicy: Zone                => 80/TCP cluster[10.96.0.7]  => spec.externalTrafficPolicy: 'Zone' is neither Cluster nor Local; it is as Cluster
            clusterIP: 10.96.0.7, loadBalancerSourceRanges: [10.0.0.0/33]    => 80/TCP cluster[10.96.0.7]  => spec.loadBalancerSourceRanges[0]: '10.0.0.0/33' is not a CIDR
            type: LoadBalancer, clusterIP: 10.96.0.7, externalTrafficPolicy: Local, healthCheckNodePort: 70000 => 80/TCP@30080 cluster[10.96.0.7] outside-local => spec.healthCheckNodePort: '70000' is not a port from 1 to 65535
            """)
    void what_makes_no_sense_is_left_out_and_said(String spec, String expected, String problem) {
        Translated<Optional<Service>> service = translated("", spec + ", " + PORT, "");
        assertThat(inShort(service.rows())).isEqualTo(expected);
        assertThat(service.problems()).extracting(Object::toString).containsExactly("Service/shop/web " + problem);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            {port: 0}                                                        => absent                     => [0].port: '0' is not a port from 1 to 65535
            {port: 65536}                                                    => absent                     => [0].port: '65536' is not a port from 1 to 65535
            {port: eighty}                                                   => absent                     => [0].port: 'eighty' is not a port from 1 to 65535
            {name: x}                                                        => absent                     => [0].port: '' is not a port from 1 to 65535
            {port: 80, protocol: ICMP}                                       => absent                     => [0].protocol: 'ICMP' is none of TCP, UDP, SCTP
            {name: a, port: 80}, {name: a, port: 81}                         => a:80/TCP                   => [1].name: 'a' is the name of an earlier port: left out
            {port: 80}, {port: 81}                                           => 80/TCP                     => [1].name: '' is the name of an earlier port: left out
            {name: a, port: 80}, {name: b, port: 80}                         => a:80/TCP                   => [1].port: 80/TCP is an earlier port too: left out
            {port: 80, nodePort: 29999}                                      => 80/TCP                     => [0].nodePort: 29999 is outside of node-port-range, which is 30000-32767: left out
            {port: 80, nodePort: 32768}                                      => 80/TCP                     => [0].nodePort: 32768 is outside of node-port-range, which is 30000-32767: left out
            {port: 80, nodePort: x}                                          => 80/TCP                     => [0].nodePort: 'x' is not a port from 1 to 65535
            {name: a, port: 80, nodePort: 30001}, {name: b, port: 81, nodePort: 30001} => a:80/TCP@30001 b:81/TCP => [1].nodePort: 30001/TCP is an earlier port's too: left out
            """)
    void ports_that_make_no_sense_are_left_out_and_said(String ports, String expected, String problem) {
        Translated<Optional<Service>> service =
                translated("", "type: NodePort, clusterIP: 10.96.0.7, ports: [" + ports + "]", "");
        assertThat(inShort(service.rows()).replace(" cluster[10.96.0.7]", "")).isEqualTo(expected);
        assertThat(service.problems())
                .extracting(Object::toString)
                .containsExactly("Service/shop/web spec.ports" + problem);
    }

    @ParameterizedTest
    @CsvSource({"30000,30000", "30080,30080", "32767,32767"})
    void node_ports_at_the_ends_of_the_range_are_inside(int port, int expected) {
        Translated<Optional<Service>> service =
                translated("", "type: NodePort, clusterIP: 10.96.0.7, ports: [{port: 80, nodePort: " + port + "}]", "");
        assertThat(service.rows().orElseThrow().ports().getFirst().nodePort()).isEqualTo(expected);
    }

    @Test
    void the_range_of_node_ports_is_as_it_was_set() {
        ServiceSettings settings = new ServiceSettings(
                "",
                new ServiceSettings.NodePorts(20000, 20100),
                ServiceSettings.USUAL.balancing(),
                ServiceSettings.USUAL.outside(),
                ServiceSettings.USUAL.upkeep());
        Translated<Optional<Service>> service = Services.translate(
                object("", "type: NodePort, clusterIP: 10.96.0.7, ports: [{port: 80, nodePort: 20100}]", ""), settings);
        assertThat(inShort(service.rows())).isEqualTo("80/TCP@20100 cluster[10.96.0.7]");
    }

    @Test
    void one_port_may_be_of_several_protocols() {
        Translated<Optional<Service>> service = translated(
                "",
                "type: NodePort, clusterIP: 10.96.0.7, ports: ["
                        + "{name: a, port: 53, nodePort: 30053}, {name: b, port: 53, protocol: UDP, nodePort: 30053}]",
                "");
        assertThat(inShort(service.rows())).isEqualTo("a:53/TCP@30053 b:53/UDP@30053 cluster[10.96.0.7]");
        assertThat(service.problems()).isEmpty();
    }

    @Test
    void a_service_without_ports_is_absent_and_said() {
        Translated<Optional<Service>> service = translated("", "clusterIP: 10.96.0.7", "");
        assertThat(service.rows()).isEmpty();
        assertThat(service.problems())
                .extracting(Object::toString)
                .containsExactly("Service/shop/web spec.ports: there are none: nothing reaches it");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            {service.cilium.io/type: 'NodePort,LoadBalancer'} => metadata.annotations[service.cilium.io/type]: 'NodePort,LoadBalancer' is none of ClusterIP, NodePort, LoadBalancer, and has no effect
            {service.cilium.io/src-ranges-policy: refuse}     => metadata.annotations[service.cilium.io/src-ranges-policy]: 'refuse' is neither allow nor deny; it is as allow
            """)
    void annotations_that_make_no_sense_have_no_effect_and_are_said(String annotations, String problem) {
        Translated<Optional<Service>> service = translated(
                "annotations: " + annotations,
                "type: LoadBalancer, clusterIP: 10.96.0.7, loadBalancerSourceRanges: [10.0.0.0/8], " + PORT,
                "loadBalancer: {ingress: [{ip: 203.0.113.9}]}");
        assertThat(inShort(service.rows()))
                .isEqualTo("80/TCP@30080 cluster[10.96.0.7] balancer[203.0.113.9] allow[10.0.0.0/8]");
        assertThat(service.problems()).extracting(Object::toString).containsExactly("Service/shop/web " + problem);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            {ip: 203.0.113}                    => [0].ip: '203.0.113' is not an IP address
            {ip: 169.254.0.9}                  => [0].ip: 169.254.0.9 is a link-local address, which others cannot reach
            {ip: 203.0.113.9, ipMode: Tunnel}  => [0].ipMode: 'Tunnel' is none of VIP, Proxy: left out
            """)
    void addresses_of_balancers_that_make_no_sense_are_left_out_and_said(String ingress, String problem) {
        Translated<Optional<Service>> service = translated(
                "", "type: LoadBalancer, clusterIP: 10.96.0.7, " + PORT, "loadBalancer: {ingress: [" + ingress + "]}");
        assertThat(inShort(service.rows())).isEqualTo("80/TCP@30080 cluster[10.96.0.7]");
        assertThat(service.problems())
                .extracting(Object::toString)
                .containsExactly("Service/shop/web status.loadBalancer.ingress" + problem);
    }

    @Test
    void ranges_of_which_none_can_be_read_do_not_let_everybody_in() {
        String spec = "type: LoadBalancer, clusterIP: 10.96.0.7, loadBalancerSourceRanges: [10.0.0.0], " + PORT;
        String status = "loadBalancer: {ingress: [{ip: 203.0.113.9}]}";
        Translated<Optional<Service>> service = translated("", spec, status);
        assertThat(inShort(service.rows())).isEqualTo("80/TCP@30080 cluster[10.96.0.7]");
        assertThat(service.problems())
                .extracting(Object::toString)
                .containsExactly(
                        "Service/shop/web spec.loadBalancerSourceRanges[0]: '10.0.0.0' is not a CIDR",
                        "Service/shop/web spec.loadBalancerSourceRanges: none of them can be used:"
                                + " the balancer's addresses are left out");

        String deny = "annotations: {service.cilium.io/src-ranges-policy: deny}";
        assertThat(inShort(translated(deny, spec, status).rows()))
                .isEqualTo("80/TCP@30080 cluster[10.96.0.7] balancer[203.0.113.9]");
    }
}
