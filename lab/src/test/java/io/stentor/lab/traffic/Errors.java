package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.lab.LabSpec.Routing;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.List;
import java.util.stream.Stream;

/// ICMP errors find their way back, through tunnel and masquerading; MTUs; fragments.
final class Errors {

    private static final String TOPIC = "errors, sizes, fragments";
    private static final int CLOSED = 7;
    private static final int ECHO_HEADER = 8;

    private Errors() {}

    static Stream<Case> cases() {
        return Stream.of(
                Case.of(TOPIC, "a closed UDP port answers that it is, on pods, nodes and outside", (w, f) -> {
                    refused(f, w.pod(), w.neighbour());
                    refused(f, w.pod(), w.remote());
                    refused(f, w.pod(), w.node());
                    refused(f, w.pod(), w.otherNode());
                    refused(f, w.pod(), w.outside());
                    refused(f, w.pod(), w.far());
                    refused(f, w.node(), w.pod());
                    refused(f, w.node(), w.remote());
                }),
                Case.of(TOPIC, "a closed port of a pod answers the outside", (w, f) -> refused(f, w.outside(), w.pod()))
                        .where(c -> c.routing() == Routing.NATIVE),
                Case.of(TOPIC, "a packet whose TTL ends is answered by the pod's node first", (w, f) -> {
                    expires(w.pod(), w.remote().address(f), 1, w.node().address(f));
                    expires(w.pod(), w.neighbour().address(f), 1, w.node().address(f));
                    expires(w.pod(), w.far().address(f), 1, w.node().address(f));
                }),
                Case.of(
                        TOPIC,
                        "a packet whose TTL ends on the way is answered by whoever sees it end",
                        Errors::expiresOnTheWay),
                Case.of(
                        TOPIC,
                        "pods' links have the MTU of the mode",
                        (w, f) -> assertThat(w.pod()
                                        .run("cat", "/sys/class/net/eth0/mtu")
                                        .strip())
                                .isEqualTo(Integer.toString(w.configuration().podMtu()))),
                Case.of(TOPIC, "packets of exactly the MTU pass everywhere", (w, f) -> {
                    int mtu = w.configuration().podMtu();
                    for (Place to : List.of(w.neighbour(), w.remote(), w.node(), w.otherNode(), w.outside())) {
                        World.pings(w.pod(), to.address(f), "-c1", "-Mdo", "-s" + payload(f, mtu));
                    }
                    for (Place from : List.of(w.node(), w.otherNode())) {
                        World.pings(from, w.pod().address(f), "-c1", "-Mdo", "-s" + payload(f, mtu));
                    }
                }),
                Case.of(TOPIC, "a pod learns the path MTU from a router on the way", Errors::learns),
                Case.of(TOPIC, "a packet too big for the node's next link is answered by the node", Errors::tooBig),
                Case.of(TOPIC, "fragments arrive, both ways", (w, f) -> {
                    List<Place> others = List.of(w.neighbour(), w.remote(), w.node(), w.otherNode(), w.outside());
                    for (Place to : others) {
                        World.pings(w.pod(), to.address(f), "-c2", "-i0.2", "-s4000");
                        datagrams(f, w.pod(), to, 2000, 9000, 40000);
                    }
                    World.pings(w.node(), w.remote().address(f), "-c1", "-s4000");
                    datagrams(f, w.node(), w.remote(), 9000);
                    datagrams(f, w.node(), w.pod(), 9000);
                }),
                Case.of(TOPIC, "fragments from the outside arrive at a pod", (w, f) -> {
                            World.pings(w.outside(), w.pod().address(f), "-c1", "-s4000");
                            datagrams(f, w.outside(), w.pod(), 9000);
                        })
                        .where(c -> c.routing() == Routing.NATIVE));
    }

    private static void refused(Family family, Place from, Place to) {
        assertThat(from.ask("udp", to.address(family), CLOSED, "who"))
                .as("UDP from %s to a closed port of %s", from.name(), to.name())
                .isEqualTo("failed: Connection refused");
    }

    private static void expires(Place from, IpAddress target, int ttl, IpAddress by) {
        String said = from.attempt("ping", "-nc1", "-W8", "-t" + ttl, target.toString())
                .out();
        assertThat(said)
                .as("an echo from %s to %s with TTL %d", from.name(), target, ttl)
                .containsPattern("From " + by.toString().replace(".", "\\.")
                        + ":? icmp_seq=1 Time (to live exceeded|exceeded: Hop limit)");
    }

    private static void expiresOnTheWay(World w, Family family) {
        int hops = w.configuration().tunnel() || w.configuration().flat() ? 2 : 3;
        expires(w.pod(), w.remote().address(family), hops, w.otherNode().address(family));
        World.pings(w.pod(), w.remote().address(family), "-c1", "-t" + (hops + 1));
        // The nodes' gateway, then `outside`, then far.
        expires(w.pod(), w.far().address(family), 3, w.outside().address(family));
        World.pings(w.pod(), w.far().address(family), "-c1", "-t4");
    }

    private static int payload(Family family, int mtu) {
        return mtu - ECHO_HEADER - (family == Family.IPV4 ? 20 : 40);
    }

    private static void learns(World w, Family family) {
        IpAddress target = w.far().address(family);
        assertThat(w.pod().ask("tcp", target, "give", "300000"))
                .as("bytes to far, over a link of %d", Far.MTU)
                .isEqualTo("whole");
        assertThat(w.pod().run("ip", "route", "get", target.toString())).contains("mtu " + Far.MTU);
        String said = w.neighbour()
                .attempt("ping", "-nc1", "-W8", "-Mdo", "-s1352", target.toString())
                .out();
        assertThat(said).containsAnyOf("mtu = " + Far.MTU, "mtu=" + Far.MTU);
        World.pings(w.neighbour(), target, "-c1", "-Mdo", "-s" + payload(family, Far.MTU));
    }

    /// A route of the node with an MTU of its own.
    private static void tooBig(World w, Family family) {
        int mtu = 1290;
        String target = Far.routed(family).toString();
        String via = w.lab().gateway(1, family).toString();
        w.node().run("ip", "route", "replace", target, "via", via, "mtu", "lock", Integer.toString(mtu));
        String said =
                w.pod().attempt("ping", "-nc1", "-W8", "-Mdo", "-s1352", target).out();
        assertThat(said).containsAnyOf("mtu = " + mtu, "mtu=" + mtu);
        assertThat(said).contains("From " + w.node().address(family));
        assertThat(w.neighbour().ask("tcp", Far.routed(family), "give", "1000000"))
                .as("bytes in segments that are too big at first")
                .isEqualTo("whole");
        assertThat(w.neighbour().run("ip", "route", "get", target)).contains("mtu " + mtu);
    }

    private static void datagrams(Family family, Place from, Place to, int... sizes) {
        for (int size : sizes) {
            assertThat(from.ask("udp", to.address(family), "echo", Integer.toString(size)))
                    .as("a datagram of %d bytes from %s to %s and back", size, from.name(), to.name())
                    .isEqualTo("whole");
        }
    }
}
