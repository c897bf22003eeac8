package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Traffic from outside the cluster to Services of the types NodePort and LoadBalancer, sentence by sentence, where
/// balancing translates sources (SNAT).
final class ExternalTraffic {
    private static final String TOPIC = "external traffic";
    private static final List<String> PROTOCOLS = List.of("tcp", "udp");
    private static final int OFTEN = 40;
    private static final int NO_SERVICE_BACKEND = 158;
    private static final int NOT_IN_SOURCE_RANGE = 177;

    private static final int HOST_PORT = 8008;

    private ExternalTraffic() {}

    static Stream<Case> cases() {
        return Stream.of(
                Case.of(TOPIC, "Cluster: traffic is balanced to all target pods in the cluster", (w, f) -> {
                    for (String protocol : PROTOCOLS) {
                        Shop shop = w.shop("everybody");
                        for (Place node : List.of(w.node(), w.otherNode())) {
                            assertThat(Serving.servers(
                                            ask(w, protocol, node.address(f), shop.nodePort(protocol), OFTEN)))
                                    .isEqualTo(Serving.pods(w, f));
                        }
                        for (IpAddress to : List.of(shop.balancer(f), shop.externalIp(f))) {
                            assertThat(Serving.servers(ask(w, protocol, to, Shop.PORT, OFTEN)))
                                    .isEqualTo(Serving.pods(w, f));
                        }
                    }
                }),
                Case.of(
                        TOPIC,
                        "Cluster: pods of other nodes see the InternalIP of the node that was called",
                        (w, f) -> {
                            for (String protocol : PROTOCOLS) {
                                assertThat(ask(
                                                w,
                                                protocol,
                                                w.node().address(f),
                                                w.shop("away").nodePort(protocol),
                                                2))
                                        .containsExactly(w.node().address(f) + " "
                                                + w.remote().address(f));
                                assertThat(ask(w, protocol, w.shop("away").balancer(f), Shop.PORT, 2))
                                        .containsExactly(w.node().address(f) + " "
                                                + w.remote().address(f));
                            }
                        }),
                Case.of(TOPIC, "Cluster: pods of the node that was called see the client", (w, f) -> {
                    for (String protocol : PROTOCOLS) {
                        assertThat(ask(
                                        w,
                                        protocol,
                                        w.node().address(f),
                                        w.shop("alone").nodePort(protocol),
                                        2))
                                .containsExactly(
                                        w.outside().address(f) + " " + w.pod().address(f));
                    }
                }),
                Case.of(
                        TOPIC,
                        "Local: traffic goes to pods of the node where it arrived, which see the client",
                        (w, f) -> {
                            for (String protocol : PROTOCOLS) {
                                assertThat(ask(
                                                w,
                                                protocol,
                                                w.otherNode().address(f),
                                                w.shop("local").nodePort(protocol),
                                                4))
                                        .containsExactly(w.outside().address(f) + " "
                                                + w.remote().address(f));
                            }
                        }),
                Case.of(TOPIC, "Local: traffic is dropped where no target pod runs", (w, f) -> {
                    for (String protocol : PROTOCOLS) {
                        assertThat(hurried(
                                        w,
                                        protocol,
                                        w.node().address(f),
                                        w.shop("local").nodePort(protocol)))
                                .contains("timed out");
                    }
                    assertThat(hurried(w, "tcp", w.shop("local").balancer(f), Shop.PORT))
                            .contains("timed out");
                    w.lab()
                            .drops(1)
                            .await(
                                    NO_SERVICE_BACKEND,
                                    drop -> drop.at("/source/address")
                                            .asText()
                                            .equals(w.outside().address(f).toString()));
                }),
                Case.of(TOPIC, "Local: the cluster's own clients are served everywhere", (w, f) -> {
                    for (Place client : List.of(w.pod(), w.node(), w.remote())) {
                        IpAddress node = w.node().address(f);
                        assertThat(Serving.many(
                                        client, "tcp", node, w.shop("local").nodePort("tcp"), 1))
                                .hasSize(1);
                    }
                }),
                Case.of(
                        TOPIC,
                        "answers pass through the node that was called, and come from the address that was",
                        ExternalTraffic::path),
                Case.of(TOPIC, "processes of nodes serve the outside, and see what pods there would", (w, f) -> {
                    for (String protocol : PROTOCOLS) {
                        Set<String> servers = Serving.servers(ask(
                                w,
                                protocol,
                                w.node().address(f),
                                w.shop("hosts").nodePort(protocol),
                                OFTEN));
                        assertThat(servers)
                                .contains(
                                        w.node().address(f).toString(),
                                        w.otherNode().address(f).toString());
                    }
                }),
                Case.of(TOPIC, "who is in no range of a service is not let in", (w, f) -> {
                    assertThat(hurried(w, "tcp", w.shop("guarded").balancer(f), Shop.PORT))
                            .contains("timed out");
                    w.lab()
                            .drops(1)
                            .await(
                                    NOT_IN_SOURCE_RANGE,
                                    drop -> drop.at("/source/address")
                                            .asText()
                                            .equals(w.outside().address(f).toString()));
                }),
                Case.of(TOPIC, "a client keeps its backend where the service says so", (w, f) -> {
                    for (String protocol : PROTOCOLS) {
                        assertThat(Serving.servers(ask(
                                        w,
                                        protocol,
                                        w.node().address(f),
                                        w.shop("faithful").nodePort(protocol),
                                        OFTEN / 2)))
                                .hasSize(1);
                    }
                }),
                Case.of(TOPIC, "errors of backends reach the client", (w, f) -> {
                    for (Place node : List.of(w.node(), w.otherNode())) {
                        for (String protocol : PROTOCOLS) {
                            for (int i = 0; i < 4; i++) {
                                assertThat(asked(
                                                w,
                                                protocol,
                                                node.address(f),
                                                w.shop("closed").nodePort(protocol),
                                                "who"))
                                        .isEqualTo("failed: Connection refused");
                            }
                        }
                    }
                }),
                Case.of(TOPIC, "large transfers and large datagrams arrive, both ways", ExternalTraffic::large),
                Case.of(
                                TOPIC,
                                "a client learns the tunnel's MTU from the address that it used",
                                ExternalTraffic::learns)
                        .where(Configuration::tunnel),
                Case.of(TOPIC, "what may be fragmented arrives, though it is too big for the tunnel", (w, f) -> {
                            for (int size : List.of(1425, 1472)) {
                                assertThat(asked(
                                                w,
                                                List.of("FRAGMENT=1"),
                                                "udp",
                                                w.node().address(f),
                                                w.shop("away").nodePort("udp"),
                                                "echo",
                                                Integer.toString(size)))
                                        .isEqualTo("whole");
                            }
                        })
                        .where(c -> c.list().contains(Family.IPV4)),
                Case.of(
                        TOPIC,
                        "a host port answers on every address of the node, on loopback too",
                        ExternalTraffic::harbour),
                Case.of(TOPIC, "a node's own connections do not meet those that go under its address", (w, f) -> {
                    int port = f == Family.IPV4 ? 54000 : 54001;
                    for (String protocol : PROTOCOLS) {
                        IpAddress pod = w.remote().address(f);
                        Shop shop = w.shop("away");
                        try (Running outside =
                                w.outside().hold(protocol, w.node().address(f), shop.nodePort(protocol), port)) {
                            Place.echo(List.of(outside), "outside");
                            try (Running own = w.node().hold(protocol, pod, Place.PORT, port)) {
                                Place.echo(List.of(own, outside), "both");
                            }
                        }
                        try (Running own = w.node().hold(protocol, pod, Place.PORT, port + 10)) {
                            Place.echo(List.of(own), "own");
                            try (Running outside = w.outside()
                                    .hold(protocol, w.node().address(f), shop.nodePort(protocol), port + 10)) {
                                Place.echo(List.of(outside, own), "both");
                            }
                        }
                    }
                }));
    }

    /// The client's port is one that the node keeps, so that packets are known by it.
    private static void path(World w, Family family) throws Exception {
        int own = family == Family.IPV4 ? 55000 : 55001;
        Shop shop = w.shop("away");
        for (String protocol : PROTOCOLS) {
            String client = w.outside().address(family) + " " + own;
            String called = w.node().address(family) + " " + shop.nodePort(protocol);
            String node = w.node().address(family) + " " + own;
            String pod = w.remote().address(family) + " " + Place.PORT;
            try (Running here = watch(w.node());
                    Running there = watch(w.otherNode())) {
                IpAddress to = w.node().address(family);
                assertThat(asked(w, List.of("SPORT=" + own), protocol, to, shop.nodePort(protocol), "who"))
                        .isEqualTo(w.node().address(family) + " " + w.remote().address(family));
                here.await((protocol + " " + client + " " + called)::equals);
                here.await((protocol + " " + called + " " + client)::equals);
                there.await(line -> line.endsWith(protocol + " " + node + " " + pod));
                there.await(line -> line.endsWith(protocol + " " + pod + " " + node));
                assertThat(there.lines()).noneMatch(line -> line.contains(client));
            }
        }
    }

    private static Running watch(Place node) throws InterruptedException {
        Running watch = node.start(Place.talk("watch", "eth0").toArray(String[]::new));
        watch.await("watching"::equals);
        return watch;
    }

    private static void harbour(World w, Family family) {
        boolean ipv4 = family == Family.IPV4;
        int port = ipv4 ? HOST_PORT : HOST_PORT + 1;
        IpAddress second = IpAddress.of(ipv4 ? "192.0.2.201" : "2001:db8:2::201");
        String range = second + (ipv4 ? "/32" : "/128");
        w.node().run("ip", "address", "add", range, "dev", "eth0", ipv4 ? "noprefixroute" : "nodad");
        String name = "harbour-" + port;
        w.lab().createHarbour(name, 1, port);
        Place pod = w.lab().awaitPod(name);
        for (String protocol : PROTOCOLS) {
            for (IpAddress to : List.of(w.node().address(family), second)) {
                assertThat(eventually(w.outside(), protocol, to, port))
                        .as("%s from outside to %s", protocol, to)
                        .isEqualTo(w.outside().address(family) + " " + pod.address(family));
                assertThat(eventually(w.remote(), protocol, to, port)).endsWith(" " + pod.address(family));
            }
            for (Place client : List.of(w.node(), w.neighbour())) {
                assertThat(eventually(client, protocol, w.node().address(family), port))
                        .endsWith(" " + pod.address(family));
            }
            IpAddress loopback = IpAddress.of(ipv4 ? "127.0.0.1" : "::1");
            assertThat(eventually(w.node(), protocol, loopback, port)).endsWith(" " + pod.address(family));
            assertThat(asked(w, List.of("PATIENCE=1"), protocol, w.otherNode().address(family), port, "who"))
                    .startsWith("failed");
        }
        w.lab().deletePod(name);
        assertThat(asked(w, List.of("PATIENCE=1"), "tcp", w.node().address(family), port, "who"))
                .startsWith("failed");
    }

    /// Asks until the nodes know what they have been told.
    private static String eventually(Place client, String protocol, IpAddress to, int port) {
        long until = System.nanoTime() + Running.PATIENCE.toNanos();
        String said = client.ask(protocol, to, port, "who");
        while (said.startsWith("failed") && System.nanoTime() < until) {
            said = client.ask(protocol, to, port, "who");
        }
        return said;
    }

    private static void large(World w, Family family) {
        if (w.configuration().tunnel()) {
            learns(w, family);
        }
        for (Place node : List.of(w.node(), w.otherNode())) {
            IpAddress to = node.address(family);
            Shop shop = w.shop("away");
            assertThat(asked(w, "tcp", to, shop.nodePort("tcp"), "give", "300000"))
                    .isEqualTo("whole");
            assertThat(asked(w, "tcp", to, shop.nodePort("tcp"), "take", "300000"))
                    .isEqualTo("whole");
            for (int size : List.of(1300, 4000, 9000)) {
                assertThat(asked(w, "udp", to, shop.nodePort("udp"), "echo", Integer.toString(size)))
                        .as("a datagram of %d bytes to %s and back", size, to)
                        .isEqualTo("whole");
            }
        }
    }

    private static void learns(World w, Family family) {
        IpAddress to = w.node().address(family);
        int payload = 1500 - 8 - (family == Family.IPV4 ? 20 : 40);
        String first = asked(
                w, List.of("PATIENCE=2"), "udp", to, w.shop("away").nodePort("udp"), "echo", Integer.toString(payload));
        assertThat(first).isIn("whole", "failed: timed out", "failed: Message too long");
        assertThat(w.outside().run("ip", "route", "get", to.toString()))
                .contains("mtu " + w.configuration().podMtu());
        assertThat(asked(w, "udp", to, w.shop("away").nodePort("udp"), "echo", Integer.toString(payload)))
                .isEqualTo("whole");
    }

    private static List<String> ask(World w, String protocol, IpAddress to, int port, int count) {
        return Serving.many(w.outside(), protocol, to, port, count);
    }

    /// One question that nobody waits for long.
    private static String hurried(World w, String protocol, IpAddress to, int port) {
        return asked(w, List.of("PATIENCE=1"), protocol, to, port, "who");
    }

    private static String asked(World w, String protocol, IpAddress to, int port, String... words) {
        return asked(w, List.of(), protocol, to, port, words);
    }

    private static String asked(
            World w, List<String> environment, String protocol, IpAddress to, int port, String... words) {
        List<String> command = new ArrayList<>(List.of("env", "SPORT=" + Serving.ports(1)));
        command.addAll(environment);
        command.addAll(Place.talk("ask", protocol, to.toString(), Integer.toString(port)));
        command.addAll(List.of(words));
        return w.outside().attempt(command.toArray(String[]::new)).out().strip();
    }
}
