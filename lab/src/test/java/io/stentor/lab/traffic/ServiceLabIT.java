package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.stentor.lab.LabSpec;
import io.stentor.lab.LabSpec.Families;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.lab.LabSpec.Shape;
import io.stentor.lab.LabSpec.Underlay;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Services as clients meet them: pods, nodes and the outside, by every address that a Service has.
class ServiceLabIT {
    private static final int PORT = 80;
    private static final int ASKED = 24;
    private static final List<String> PROTOCOLS = List.of("tcp", "udp");

    private TrafficLab lab;

    static Stream<LabSpec> labs() {
        return Stream.of(spec("svc-tunnel", Routing.TUNNEL, true), spec("svc-native", Routing.NATIVE, false));
    }

    private static LabSpec spec(String name, Routing routing, boolean packets) {
        return new LabSpec(
                name,
                2,
                new Shape(routing, Underlay.FLAT, Families.DUAL),
                true,
                Map.of("socketLB.hostNamespaceOnly", Boolean.toString(packets)));
    }

    @ParameterizedTest
    @MethodSource("labs")
    void services_are_reached_by_all_their_addresses_from_everywhere(LabSpec spec)
            throws IOException, InterruptedException {
        try {
            lab = TrafficLab.up(spec);
            lab.createPod("server-1", 1, false, Map.of("app", "shop"));
            lab.createPod("server-2", 2, false, Map.of("app", "shop"));
            lab.runPods(1, "client");
            lab.awaitPod("server-1");
            lab.awaitPod("server-2");
            Service shop = lab.createService(service("shop"));
            Service empty = lab.createService(service("empty"));
            awaitBackends(shop);
            insideTheCluster(shop);
            fromOutside(shop);
            withoutBackends(empty);
        } finally {
            TrafficLab.end(lab, spec);
        }
    }

    private static Service service(String name) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withType("NodePort")
                .withIpFamilyPolicy("RequireDualStack")
                .withSelector(Map.of("app", name))
                .addNewPort()
                .withName("tcp")
                .withProtocol("TCP")
                .withPort(PORT)
                .withNewTargetPort(Place.PORT)
                .endPort()
                .addNewPort()
                .withName("udp")
                .withProtocol("UDP")
                .withPort(PORT)
                .withNewTargetPort(Place.PORT)
                .endPort()
                .endSpec()
                .build();
    }

    private static IpAddress clusterIp(Service service, Family family) {
        return service.getSpec().getClusterIPs().stream()
                .map(IpAddress::of)
                .filter(address -> address.family() == family)
                .findFirst()
                .orElseThrow();
    }

    private static int nodePort(Service service, String protocol) {
        return service.getSpec().getPorts().stream()
                .filter(port -> port.getName().equals(protocol))
                .findFirst()
                .orElseThrow()
                .getNodePort();
    }

    private Set<IpAddress> servers(Family family) {
        return Set.of(lab.pod("server-1").address(family), lab.pod("server-2").address(family));
    }

    /// Waits until both nodes have heard of the service's backends.
    private void awaitBackends(Service service) throws InterruptedException {
        for (int number = 1; number <= 2; number++) {
            for (Family family : Family.values()) {
                long until = System.nanoTime() + Running.PATIENCE.toNanos();
                while (lab.node(number)
                        .ask("tcp", clusterIp(service, family), PORT, "who")
                        .startsWith("failed")) {
                    assertThat(System.nanoTime())
                            .as("node-%d, %s", number, family)
                            .isLessThan(until);
                    Thread.sleep(50);
                }
            }
        }
    }

    private void insideTheCluster(Service service) {
        for (Place client : List.of(lab.pod("client"), lab.pod("server-1"), lab.node(1), lab.node(2))) {
            for (Family family : Family.values()) {
                for (String protocol : PROTOCOLS) {
                    assertThat(backends(client, protocol, clusterIp(service, family), PORT))
                            .as("%s, %s, %s", client.name(), protocol, family)
                            .isEqualTo(servers(family));
                    assertThat(backends(client, protocol, lab.node(2).address(family), nodePort(service, protocol)))
                            .as("node port, %s, %s, %s", client.name(), protocol, family)
                            .isEqualTo(servers(family));
                }
            }
        }
    }

    /// Who answered, asked often enough to have met all.
    private static Set<IpAddress> backends(Place client, String protocol, IpAddress to, int port) {
        Set<IpAddress> answered = new HashSet<>();
        for (int i = 0; i < ASKED && answered.size() < 2; i++) {
            String[] ends = client.ask(protocol, to, port, "who").split(" ", -1);
            assertThat(ends)
                    .as("%s asks %s at %s:%d", client.name(), protocol, to, port)
                    .hasSize(2);
            answered.add(IpAddress.of(ends[1]));
        }
        return answered;
    }

    /// A backend of the node that was called sees the client, another one that node.
    private void fromOutside(Service service) {
        Place outside = lab.outside();
        for (int number = 1; number <= 2; number++) {
            Place node = lab.node(number);
            for (Family family : Family.values()) {
                IpAddress own = lab.pod("server-" + number).address(family);
                for (String protocol : PROTOCOLS) {
                    for (int i = 0; i < ASKED / 2; i++) {
                        String said = outside.ask(protocol, node.address(family), nodePort(service, protocol), "who");
                        String[] ends = said.split(" ", -1);
                        assertThat(ends)
                                .as("outside asks %s: %s", node.name(), said)
                                .hasSize(2);
                        assertThat(IpAddress.of(ends[0]))
                                .as("whom %s sees", ends[1])
                                .isEqualTo(
                                        IpAddress.of(ends[1]).equals(own)
                                                ? outside.address(family)
                                                : node.address(family));
                    }
                }
            }
        }
    }

    private void withoutBackends(Service service) {
        for (Place client : List.of(lab.pod("client"), lab.node(1))) {
            for (Family family : Family.values()) {
                assertThat(client.ask("tcp", clusterIp(service, family), PORT, "who"))
                        .contains("refused");
            }
        }
        for (Family family : Family.values()) {
            assertThat(lab.outside().ask("tcp", lab.node(1).address(family), nodePort(service, "tcp"), "who"))
                    .contains("refused");
        }
    }
}
