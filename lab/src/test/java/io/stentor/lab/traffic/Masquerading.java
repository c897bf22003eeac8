package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.List;
import java.util.stream.Stream;

/// Who share the node's address do not meet in it.
final class Masquerading {

    private static final String TOPIC = "masquerading";

    private Masquerading() {}

    static Stream<Case> cases() {
        return Stream.of(
                Case.of(TOPIC, "two pods reach one server from the same port of their own", (w, f) -> {
                    together(w.pod(), w.neighbour(), "tcp", w.outside().address(f), port(f, 50000));
                    together(w.pod(), w.neighbour(), "udp", w.outside().address(f), port(f, 50000));
                }),
                Case.of(TOPIC, "two pods ping one host with the same identifier", (w, f) -> {
                    try (Running other = w.neighbour()
                            .start(
                                    "ping",
                                    "-n",
                                    "-i0.2",
                                    "-e" + port(f, 4242),
                                    w.outside().address(f).toString())) {
                        other.await(line -> line.contains("icmp_seq=1 "));
                        World.pings(w.pod(), w.outside().address(f), "-c3", "-i0.2", "-e" + port(f, 4242));
                        other.end("INT");
                        other.await(line -> line.contains(" 0% packet loss"));
                    }
                }),
                Case.of(
                        TOPIC,
                        "a node and its pod reach one server from the same port, whoever comes first",
                        (w, f) -> {
                            IpAddress target = w.outside().address(f);
                            together(w.pod(), w.node(), "tcp", target, port(f, 51000));
                            together(w.node(), w.pod(), "tcp", target, port(f, 52000));
                            together(w.pod(), w.node(), "udp", target, port(f, 51000));
                            together(w.node(), w.pod(), "udp", target, port(f, 52000));
                        }),
                Case.of(TOPIC, "the outside hears that a pod's port has closed", Masquerading::closes));
    }

    /// Both families' cases run beside each other.
    private static int port(Family family, int port) {
        return family == Family.IPV4 ? port : port + 1;
    }

    /// Two connections at a time, opened one after the other from one port.
    private static void together(Place first, Place second, String protocol, IpAddress to, int port) throws Exception {
        try (Running one = first.hold(protocol, to, port)) {
            Place.echo(List.of(one), "one");
            try (Running two = second.hold(protocol, to, port)) {
                Place.echo(List.of(two), "two");
                Place.echo(List.of(one, two), "both");
                Place.echo(List.of(two, one), "again");
            }
        }
    }

    private static void closes(World w, Family family) throws Exception {
        int port = port(family, 53000);
        IpAddress outside = w.outside().address(family);
        try (Running open = w.pod().hold("udp", outside, port)) {
            Place.echo(List.of(open), "here");
        }
        String node = w.node().address(family).toString();
        String heard = w.outside()
                .attempt(Place.talk("poke", Integer.toString(Place.PORT), node, Integer.toString(port))
                        .toArray(String[]::new))
                .out()
                .strip();
        assertThat(heard)
                .as("what comes back for a datagram to the closed port %d of the pod", port)
                .isEqualTo("failed: Connection refused");
    }
}
