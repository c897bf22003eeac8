package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Services for those in the cluster: pods and nodes.
final class Serving {
    private static final String TOPIC = "services";

    /// So often is asked that all of a few backends answer.
    private static final int OFTEN = 40;

    private static final List<String> PROTOCOLS = List.of("tcp", "udp");

    /// Of clients, one for each socket, above those that systems choose from: two addresses of one backend cannot be
    /// spoken with by one port.
    private static final int FIRST_PORT = 61000;

    private static final int PORTS = 4000;
    private static final AtomicInteger PORTS_USED = new AtomicInteger();

    private Serving() {}

    static Stream<Case> cases() {
        return Stream.of(
                Case.of(TOPIC, "all pods behind a service answer pods and nodes at its ClusterIP", (w, f) -> {
                    for (Place client : clients(w)) {
                        for (String protocol : PROTOCOLS) {
                            IpAddress to = w.shop("everybody").clusterIp(f);
                            assertThat(servers(many(client, protocol, to, Shop.PORT, OFTEN)))
                                    .as("who answers %s over %s", client.name(), protocol)
                                    .isEqualTo(pods(w, f));
                        }
                    }
                }),
                Case.of(
                        TOPIC,
                        "a service is reached at all its addresses, and at its port of every node",
                        Serving::everywhere),
                Case.of(TOPIC, "a pod reaches itself by its service", (w, f) -> {
                    for (String protocol : PROTOCOLS) {
                        for (IpAddress to : w.shop("alone").addresses(f)) {
                            assertThat(servers(many(w.pod(), protocol, to, Shop.PORT, 2)))
                                    .containsExactly(w.pod().address(f).toString());
                        }
                    }
                }),
                Case.of(TOPIC, "a socket that is not connected hears from whom it asked", (w, f) -> {
                    for (Place client : clients(w)) {
                        for (IpAddress to : w.shop("everybody").addresses(f)) {
                            assertThat(client.run(Place.talk("stray", to.toString(), "80", "3")
                                            .toArray(String[]::new)))
                                    .isNotBlank();
                        }
                    }
                }),
                Case.of(TOPIC, "an IPv6 socket reaches a service over IPv4", (w, f) -> {
                            for (Place client : clients(w)) {
                                for (String protocol : PROTOCOLS) {
                                    assertThat(many(
                                                    client,
                                                    protocol,
                                                    w.shop("away").clusterIp(f),
                                                    Shop.PORT,
                                                    1,
                                                    "MAPPED=1"))
                                            .hasSize(1);
                                }
                            }
                        })
                        .where(c -> c.list().contains(Family.IPV4)),
                Case.of(TOPIC, "a service without a backend refuses at once", Serving::refused),
                Case.of(TOPIC, "who calls a service whose backend listens to nobody is told", (w, f) -> {
                    for (String protocol : PROTOCOLS) {
                        assertThat(w.pod().ask(protocol, w.shop("closed").clusterIp(f), Shop.PORT, "who"))
                                .isEqualTo("failed: Connection refused");
                    }
                }),
                Case.of(TOPIC, "a client keeps its backend where the service says so", (w, f) -> {
                    for (Place client : clients(w)) {
                        for (String protocol : PROTOCOLS) {
                            assertThat(servers(many(
                                            client, protocol, w.shop("faithful").clusterIp(f), Shop.PORT, OFTEN / 2)))
                                    .as("who answers %s over %s", client.name(), protocol)
                                    .hasSize(1);
                        }
                    }
                }),
                Case.of(TOPIC, "processes of nodes serve too", (w, f) -> {
                    Set<String> nodes = each(w, number -> w.lab().node(number).address(f));
                    assertThat(servers(many(w.pod(), "tcp", w.shop("hosts").clusterIp(f), Shop.PORT, OFTEN)))
                            .isEqualTo(nodes);
                    assertThat(servers(many(w.node(), "udp", w.shop("hosts").clusterIp(f), Shop.PORT, OFTEN)))
                            .isEqualTo(nodes);
                }),
                Case.of(
                        TOPIC,
                        "ranges of clients are for those outside",
                        (w, f) -> assertThat(
                                        many(w.pod(), "tcp", w.shop("guarded").balancer(f), Shop.PORT, 1))
                                .hasSize(1)),
                Case.of(
                        TOPIC,
                        "a process of the node cannot take a node port",
                        (w, f) -> assertThat(w.node()
                                        .attempt(Place.talk(
                                                        "serve",
                                                        port(w.shop("everybody").nodePort("tcp")))
                                                .toArray(String[]::new))
                                        .out())
                                .contains("failed: Operation not permitted")));
    }

    private static String port(int port) {
        return Integer.toString(port);
    }

    private static List<Place> clients(World w) {
        return List.of(w.pod(), w.neighbour(), w.node(), w.otherNode());
    }

    private static void everywhere(World w, Family family) {
        Shop shop = w.shop("everybody");
        for (Place client : List.of(w.neighbour(), w.node())) {
            for (String protocol : PROTOCOLS) {
                List<IpAddress> nodes =
                        List.of(w.node().address(family), w.otherNode().address(family));
                shop.addresses(family)
                        .forEach(to -> assertThat(many(client, protocol, to, Shop.PORT, 1))
                                .hasSize(1));
                nodes.forEach(to -> assertThat(many(client, protocol, to, shop.nodePort(protocol), 1))
                        .hasSize(1));
            }
        }
        IpAddress loopback = IpAddress.of(family == Family.IPV4 ? "127.0.0.1" : "::1");
        for (String protocol : PROTOCOLS) {
            assertThat(many(w.node(), protocol, loopback, shop.nodePort(protocol), 1))
                    .hasSize(1);
        }
    }

    private static void refused(World w, Family family) {
        Shop empty = w.shop("empty");
        for (Place client : List.of(w.pod(), w.node())) {
            for (String protocol : PROTOCOLS) {
                assertThat(client.ask(protocol, empty.clusterIp(family), Shop.PORT, "who"))
                        .isEqualTo("failed: Connection refused");
            }
        }
        for (String protocol : PROTOCOLS) {
            assertThat(w.outside().ask(protocol, w.otherNode().address(family), empty.nodePort(protocol), "who"))
                    .isEqualTo("failed: Connection refused");
            assertThat(w.outside().ask(protocol, empty.balancer(family), Shop.PORT, "who"))
                    .isEqualTo("failed: Connection refused");
        }
    }

    /// The first of so many ports that no other case has.
    static int ports(int count) {
        return FIRST_PORT + PORTS_USED.getAndAdd(count) % PORTS;
    }

    /// Answers to as many questions, each once: whom the server saw, and who it is.
    static List<String> many(Place client, String protocol, IpAddress to, int port, int count, String... environment) {
        List<String> command = new ArrayList<>(List.of("env", "SPORT=" + ports(count)));
        command.addAll(List.of(environment));
        command.addAll(Place.talk("many", protocol, to.toString(), port(port), port(count)));
        String said = client.run(command.toArray(String[]::new));
        return said.lines().toList();
    }

    /// Who answered.
    static Set<String> servers(List<String> answers) {
        return answers.stream().map(answer -> answer.split(" ", -1)[1]).collect(Collectors.toCollection(TreeSet::new));
    }

    /// The pods behind `everybody`.
    static Set<String> pods(World w, Family family) {
        return each(w, number -> w.podOf(number).address(family));
    }

    private static Set<String> each(World w, Function<Integer, IpAddress> address) {
        return IntStream.rangeClosed(1, w.configuration().nodes())
                .mapToObj(number -> address.apply(number).toString())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
