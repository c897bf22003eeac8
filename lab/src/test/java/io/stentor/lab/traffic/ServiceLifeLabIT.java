package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.stentor.lab.LabSpec;
import io.stentor.lab.LabSpec.Families;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.lab.LabSpec.Shape;
import io.stentor.lab.LabSpec.Underlay;
import io.stentor.lab.topology.Shell;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What a node does around Services. Backends that are gone here live on and would answer: whose connection ends has
/// been told by the agent, not by its backend.
class ServiceLifeLabIT {
    private static final LabSpec SPEC = new LabSpec(
            "svc-life",
            2,
            new Shape(Routing.TUNNEL, Underlay.FLAT, Families.DUAL),
            true,
            Map.of("kubeProxyReplacementHealthzBindAddr", "0.0.0.0:10256"));
    private static final List<String> PROTOCOLS = List.of("tcp", "udp");

    private static TrafficLab lab;
    private static Service shop;

    /// A client's connection to the service.
    ///
    /// @param socket whether it was translated when it was made, or its packets are
    private record Held(String name, boolean socket, boolean tcp, Family family, Running running) {}

    @BeforeAll
    static void up() throws IOException {
        lab = TrafficLab.up(SPEC);
        lab.createPod("one", 1, false);
        lab.createPod("two", 2, false);
        lab.createPod("client", 1, false);
        Stream.of("one", "two", "client").forEach(lab::awaitPod);
        shop = lab.createService(new ServiceBuilder()
                .withNewMetadata()
                .withName("shop")
                .endMetadata()
                .withNewSpec()
                .withType("NodePort")
                .withIpFamilyPolicy("RequireDualStack")
                .addNewPort()
                .withName("tcp")
                .withProtocol("TCP")
                .withPort(Place.PORT)
                .endPort()
                .addNewPort()
                .withName("udp")
                .withProtocol("UDP")
                .withPort(Place.PORT)
                .endPort()
                .endSpec()
                .build());
    }

    @AfterAll
    static void down() throws IOException {
        TrafficLab.end(lab, SPEC);
    }

    /// Tells the cluster who stands behind the service.
    private static void backends(List<String> ready, List<String> ending) {
        for (Family family : Family.values()) {
            EndpointSliceBuilder slice = new EndpointSliceBuilder()
                    .withNewMetadata()
                    .withName("shop-" + (family == Family.IPV4 ? 4 : 6))
                    .withLabels(Map.of("kubernetes.io/service-name", "shop"))
                    .endMetadata()
                    .withAddressType(family == Family.IPV4 ? "IPv4" : "IPv6");
            for (String protocol : PROTOCOLS) {
                slice.addNewPort()
                        .withName(protocol)
                        .withProtocol(protocol.equals("tcp") ? "TCP" : "UDP")
                        .withPort(Place.PORT)
                        .endPort();
            }
            for (String pod : Stream.concat(ready.stream(), ending.stream()).toList()) {
                slice.addNewEndpoint()
                        .withAddresses(lab.pod(pod).address(family).toString())
                        .withNewConditions(ready.contains(pod), true, ending.contains(pod))
                        .endEndpoint();
            }
            lab.putSlice(slice.build());
        }
    }

    private static int nodePort(String protocol) {
        return shop.getSpec().getPorts().stream()
                .filter(port -> port.getName().equals(protocol))
                .findFirst()
                .orElseThrow()
                .getNodePort();
    }

    private static IpAddress clusterIp(Family family) {
        return shop.getSpec().getClusterIPs().stream()
                .map(IpAddress::of)
                .filter(address -> address.family() == family)
                .findFirst()
                .orElseThrow();
    }

    private static List<Place> clients() {
        return List.of(lab.pod("client"), lab.node(2), lab.outside());
    }

    private static IpAddress address(Place client, Family family) {
        return client.equals(lab.outside()) ? lab.node(1).address(family) : clusterIp(family);
    }

    private static int port(Place client, String protocol) {
        return client.equals(lab.outside()) ? nodePort(protocol) : Place.PORT;
    }

    /// Waits until every client's new connections get to this backend.
    private static void awaitServed(String pod) throws InterruptedException {
        long end = System.nanoTime() + Running.PATIENCE.toNanos();
        for (Place client : clients()) {
            for (Family family : Family.values()) {
                for (String protocol : PROTOCOLS) {
                    String wanted = " " + lab.pod(pod).address(family);
                    String said = "";
                    while (!said.endsWith(wanted)) {
                        assertThat(System.nanoTime())
                                .as("%s by %s gets: %s", client.name(), protocol, said)
                                .isLessThan(end);
                        said = client.ask(protocol, address(client, family), port(client, protocol), "who");
                        Thread.sleep(20);
                    }
                }
            }
        }
    }

    private static List<Held> connections() {
        List<Held> held = new ArrayList<>();
        for (Place client : clients()) {
            for (Family family : Family.values()) {
                for (String protocol : PROTOCOLS) {
                    held.add(new Held(
                            client.name() + ", " + protocol + ", " + family,
                            !client.equals(lab.outside()),
                            protocol.equals("tcp"),
                            family,
                            client.hold(protocol, address(client, family), port(client, protocol), 0)));
                }
            }
        }
        return held;
    }

    private static void echo(List<Held> held, String word) throws IOException, InterruptedException {
        Place.echo(held.stream().map(Held::running).toList(), word);
    }

    /// Waits until both nodes' programs know so many backends, each of which counts once by family and protocol.
    private static void awaitBackends(int count) throws InterruptedException {
        long end = System.nanoTime() + Running.PATIENCE.toNanos();
        for (int node = 1; node <= 2; node++) {
            String said = "";
            while (said.split(":" + Place.PORT, -1).length - 1 != 4 * count) {
                assertThat(System.nanoTime())
                        .as("backends of node %d: %s", node, said)
                        .isLessThan(end);
                said = lab.stentor(node, "maps", "backends", "-o", "json").out();
                Thread.sleep(20);
            }
        }
    }

    /// Speaks until the client is told: by an error, or, where datagrams are translated one by one and somebody is
    /// left, by an answer from him.
    private static void isTold(Held held, String left) throws IOException, InterruptedException {
        long end = System.nanoTime() + Running.PATIENCE.toNanos();
        boolean goesOn = !held.socket && !held.tcp && !left.isEmpty();
        String wanted = goesOn ? " " + lab.pod(left).address(held.family) : "failed: ";
        while (true) {
            int before = held.running.lines().size();
            held.running.say("who");
            held.running.await(_ -> held.running.lines().size() > before);
            String said = held.running.lines().getLast();
            if (goesOn ? said.endsWith(wanted) : said.startsWith(wanted)) {
                assertThat(said).as(held.name).doesNotContain("timed out");
                return;
            }
            assertThat(System.nanoTime()).as("%s: %s", held.name, said).isLessThan(end);
        }
    }

    private static void areTold(List<Held> held, String left) throws IOException, InterruptedException {
        for (Held one : held) {
            isTold(one, left);
        }
    }

    private static void closeAll(List<Held> held) {
        held.forEach(one -> one.running.close());
        held.clear();
    }

    @Test
    void who_ends_keeps_its_connections_and_who_is_gone_loses_them_at_once() throws Exception {
        List<Held> held = new ArrayList<>();
        try (Running direct = lab.pod("client").hold("tcp", lab.pod("one").address(Family.IPV4), 0)) {
            backends(List.of("one"), List.of());
            awaitServed("one");
            held.addAll(connections());
            echo(held, "served");

            backends(List.of("two"), List.of("one"));
            awaitServed("two");
            echo(held, "ending");

            backends(List.of("two"), List.of());
            awaitBackends(1);
            areTold(held, "two");
            Place.echo(List.of(direct), "own");

            closeAll(held);
            held.addAll(connections());
            echo(held, "served");
            lab.agent("kill", 1);
            lab.agent("kill", 2);
            backends(List.of(), List.of());
            echo(held, "nobody knows yet");
            lab.agent("restart", 1);
            lab.agent("restart", 2);
            awaitBackends(0);
            areTold(held, "");
        } finally {
            closeAll(held);
        }
    }

    @Test
    void a_node_port_cannot_be_bound_by_the_node() {
        String bind = "import socket, sys; s = socket.socket(); s.bind(('', int(sys.argv[1]))); print('bound')";
        String port = Integer.toString(nodePort("tcp"));
        Shell.Result taken = lab.node(1).attempt("/usr/bin/python3", "-c", bind, port);
        assertThat(taken.exit()).isEqualTo(1);
        assertThat(taken.err()).contains("Operation not permitted");
        // a pod's ports are its own
        assertThat(lab.pod("client").run("/usr/bin/python3", "-c", bind, port)).contains("bound");
        // Of UDP the number is another service's.
        assertThat(lab.node(1).run("/usr/bin/python3", "-c", bind, Integer.toString(nodePort("udp"))))
                .contains("bound");
    }

    @Test
    void load_balancers_are_told_of_the_node_and_of_each_service() throws Exception {
        int port = 32100;
        lab.createService(new ServiceBuilder()
                .withNewMetadata()
                .withName("balanced")
                .endMetadata()
                .withNewSpec()
                .withType("LoadBalancer")
                .withExternalTrafficPolicy("Local")
                .withHealthCheckNodePort(port)
                .addNewPort()
                .withName("tcp")
                .withProtocol("TCP")
                .withPort(Place.PORT)
                .endPort()
                .endSpec()
                .build());
        lab.putSlice(new EndpointSliceBuilder()
                .withNewMetadata()
                .withName("balanced")
                .withLabels(Map.of("kubernetes.io/service-name", "balanced"))
                .endMetadata()
                .withAddressType("IPv4")
                .addNewPort()
                .withName("tcp")
                .withProtocol("TCP")
                .withPort(Place.PORT)
                .endPort()
                .addNewEndpoint()
                .withAddresses(lab.pod("one").address(Family.IPV4).toString())
                .withNodeName("node-1")
                .withNewConditions(true, true, false)
                .endEndpoint()
                .build());
        awaitAnswer(lab.node(1).address(Family.IPV4) + ":" + port + "/", "200", "\"localEndpoints\":1");
        awaitAnswer("[" + lab.node(1).address(Family.IPV6) + "]:" + port + "/", "200", "\"localEndpoints\":1");
        awaitAnswer(lab.node(2).address(Family.IPV4) + ":" + port + "/", "503", "\"localEndpoints\":0");
        awaitAnswer(lab.node(2).address(Family.IPV4) + ":10256/healthz", "200", "\"currentTime\"");
    }

    private static void awaitAnswer(String url, String status, String body) throws InterruptedException {
        long end = System.nanoTime() + Running.PATIENCE.toNanos();
        String said = "";
        while (!said.contains(body) || !said.endsWith(status)) {
            assertThat(System.nanoTime()).as("%s: %s", url, said).isLessThan(end);
            said = lab.outside()
                    .attempt("curl", "-sg", "-m", "5", "-w", "%{http_code}", "http://" + url)
                    .out();
            Thread.sleep(20);
        }
    }

    @Test
    void status_says_where_the_programs_at_sockets_are_and_that_they_see_all_pods() {
        List<String> parts = new ArrayList<>();
        lab.status(1)
                .path("parts")
                .forEach(part -> parts.add(
                        part.path("part").asText() + " " + part.path("detail").asText()));
        assertThat(parts).anyMatch(part -> part.startsWith("sockets programs at /sys/fs/cgroup"));
        List<String> problems = new ArrayList<>();
        lab.status(1).path("problems").forEach(problem -> problems.add(problem.toString()));
        assertThat(problems).noneMatch(problem -> problem.contains("cgroup"));
    }
}
