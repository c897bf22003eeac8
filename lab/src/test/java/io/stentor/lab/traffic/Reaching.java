package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.lab.LabSpec.Routing;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.stream.Stream;

/// Who reaches whom, by TCP, UDP and ICMP, and as whom.
final class Reaching {

    private static final String TOPIC = "reach";
    private static final String BULK = "3000000";

    private Reaching() {}

    static Stream<Case> cases() {
        return Stream.of(
                Case.of(TOPIC, "pods of one node reach each other", (w, f) -> {
                    w.reaches(f, w.pod(), w.neighbour());
                    w.reaches(f, w.neighbour(), w.pod());
                }),
                Case.of(TOPIC, "pods of every two nodes reach each other", Reaching::acrossNodes),
                Case.of(TOPIC, "a pod reaches its node, and the node its pod", (w, f) -> {
                    w.reaches(f, w.pod(), w.node());
                    w.reaches(f, w.node(), w.pod());
                }),
                Case.of(TOPIC, "a pod reaches another node as itself", (w, f) -> w.reaches(f, w.pod(), w.otherNode())),
                Case.of(
                        TOPIC,
                        "a node reaches the pods of another node with its own address",
                        (w, f) -> w.reaches(f, w.node(), w.remote())),
                Case.of(
                        TOPIC,
                        "a pod reaches the outside, which sees the node's address",
                        (w, f) -> w.reaches(f, w.pod(), w.outside(), w.node().address(f))),
                Case.of(
                        TOPIC,
                        "a pod reaches the outside beyond a router, which sees the node's address",
                        (w, f) ->
                                w.reaches(f, w.remote(), w.far(), w.otherNode().address(f))),
                Case.of(TOPIC, "the outside reaches a pod's routed address", (w, f) -> {
                            w.reaches(f, w.outside(), w.pod());
                            w.reaches(f, w.far(), w.remote());
                        })
                        .where(c -> c.routing() == Routing.NATIVE),
                Case.of(TOPIC, "nodes reach each other and the outside as before", (w, f) -> {
                    w.reaches(f, w.node(), w.otherNode());
                    w.reaches(f, w.node(), w.outside());
                    w.reaches(f, w.outside(), w.otherNode());
                }),
                Case.of(TOPIC, "nodes talk to each other outside the tunnel", Reaching::nodesPlainly)
                        .where(Configuration::tunnel),
                Case.of(TOPIC, "pods and other nodes talk inside the tunnel, as pods do", Reaching::podsInTunnel)
                        .where(Configuration::tunnel),
                Case.of(TOPIC, "megabytes arrive whole on the same node", (w, f) -> bulk(f, w.pod(), w.neighbour())),
                Case.of(TOPIC, "megabytes arrive whole across nodes", (w, f) -> bulk(f, w.pod(), w.remote())),
                Case.of(TOPIC, "megabytes arrive whole at and from other nodes", (w, f) -> {
                    bulk(f, w.pod(), w.otherNode());
                    bulk(f, w.otherNode(), w.pod());
                }),
                Case.of(
                        TOPIC,
                        "megabytes arrive whole at and from the outside",
                        (w, f) -> bulk(f, w.pod(), w.outside())));
    }

    private static void acrossNodes(World w, Family family) {
        for (int from = 1; from <= w.configuration().nodes(); from++) {
            for (int to = 1; to <= w.configuration().nodes(); to++) {
                if (from != to) {
                    w.reaches(family, w.podOf(from), w.podOf(to));
                }
            }
        }
    }

    private static void bulk(Family family, Place from, Place to) {
        IpAddress target = to.address(family);
        assertThat(from.ask("tcp", target, "give", BULK))
                .as("%s bytes from %s to %s", BULK, from.name(), to.name())
                .isEqualTo("whole");
        assertThat(from.ask("tcp", target, "take", BULK))
                .as("%s bytes to %s from %s", BULK, from.name(), to.name())
                .isEqualTo("whole");
    }

    /// A packet from one to the other is seen by the filter on the second node's device.
    private static void captured(World w, Family family, Place from, Place to, String filter) throws Exception {
        try (Running capture = w.otherNode().start("tcpdump", "-lni", "eth0", "-c1", filter)) {
            capture.await(line -> line.contains("listening on"));
            String size = "-s" + (family == Family.IPV4 ? 777 : 778);
            World.pings(from, to.address(family), "-c1", size);
            capture.await(line -> line.contains("IP"));
        }
    }

    private static void nodesPlainly(World w, Family family) throws Exception {
        IpAddress from = w.node().address(family);
        captured(
                w,
                family,
                w.node(),
                w.otherNode(),
                family == Family.IPV4
                        ? "icmp and src " + from + " and greater 800 and less 830"
                        : "icmp6 and src " + from + " and greater 800 and less 850");
    }

    private static void podsInTunnel(World w, Family family) throws Exception {
        // Outer headers, VXLAN and inner Ethernet before the echo of 777 or 778 bytes.
        String filter = "udp port 8472 and greater 860 and less 930";
        captured(w, family, w.pod(), w.remote(), filter);
        captured(w, family, w.pod(), w.otherNode(), filter);
        captured(w, family, w.node(), w.remote(), filter);
    }
}
