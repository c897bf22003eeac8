package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.lab.LabSpec.Routing;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Pods and agents end; what is left goes on, and nothing else.
final class Lifetimes {

    private static final String TOPIC = "lifetime";
    private static final int STALE_OR_UNROUTABLE_IP = 151;

    private Lifetimes() {}

    static Stream<Case> cases() {
        return Stream.of(Case.of(
                TOPIC, "a deleted pod is unreachable, and its address is not another's at once", Lifetimes::deleted));
    }

    /// Those that nothing else may run beside, once for all families.
    static Stream<Case> scenarios() {
        return Stream.of(
                Case.of(TOPIC, "pods talk while their agent is dead, and when it is back", (w, f) -> killed(w)));
    }

    private static void deleted(World w, Family family) throws Exception {
        String name = "mortal-" + family.name().toLowerCase(java.util.Locale.ROOT);
        w.lab().createPod(name, 1, false);
        Place mortal = w.lab().awaitPod(name);
        w.reaches(family, w.neighbour(), mortal);
        w.reaches(family, w.remote(), mortal);
        w.lab().deletePod(name);

        IpAddress address = mortal.address(family);
        for (Place from : List.of(w.neighbour(), w.remote(), w.node())) {
            assertThat(from.attempt("ping", "-nc1", "-W1", address.toString()).exit())
                    .as("an echo from %s to the deleted pod's %s", from.name(), address)
                    .isNotZero();
        }
        w.lab()
                .drops(1)
                .await(
                        STALE_OR_UNROUTABLE_IP,
                        drop -> drop.at("/destination/address").asText().equals(address.toString())
                                && drop.at("/source/who").asText().equals("default/neighbour"));
        assertThat(w.node().run("ip", "route", "show", "table", "all"))
                .doesNotContain(address + " dev")
                .as("routes of the deleted pod");

        w.lab().createPod("heir-of-" + name, 1, false);
        Place heir = w.lab().awaitPod("heir-of-" + name);
        assertThat(heir.address(family)).isNotEqualTo(address);
        w.reaches(family, w.remote(), heir);
    }

    private static void killed(World w) throws Exception {
        List<Family> families = w.configuration().list();
        List<Running> running = new ArrayList<>();
        try {
            List<Running> pings = new ArrayList<>();
            List<Running> held = new ArrayList<>();
            for (Family family : families) {
                for (Place to : List.of(w.remote(), w.neighbour(), w.outside())) {
                    String target = to.address(family).toString();
                    pings.add(w.pod().start("ping", "-n", "-i0.2", target));
                    held.add(w.pod().hold("tcp", to.address(family), 0));
                }
            }
            running.addAll(pings);
            running.addAll(held);
            for (Running ping : pings) {
                ping.await(line -> line.contains("icmp_seq=2 "));
            }
            Place.echo(held, "before");

            w.lab().agent("kill", 1);
            w.lab().createPod("late", 1, false);
            Place.echo(held, "while it is dead");
            everybody(w, w.pod());

            w.lab().agent("restart", 1);
            Place.echo(held, "after its return");
            everybody(w, w.pod());
            everybody(w, w.lab().awaitPod("late"));
            w.lab().agent("restart", 2);
            Place.echo(held, "after a restart of the other");
            everybody(w, w.pod());
            for (Running ping : pings) {
                ping.end("INT");
                ping.await(line -> line.contains(" 0% packet loss"));
            }
        } finally {
            running.forEach(Running::close);
        }
    }

    private static void everybody(World w, Place pod) {
        for (Family family : w.configuration().list()) {
            w.reaches(family, pod, w.neighbour());
            w.reaches(family, pod, w.remote());
            w.reaches(family, w.remote(), pod);
            w.reaches(family, pod, w.node());
            w.reaches(family, pod, w.outside(), w.node().address(family));
            if (w.configuration().routing() == Routing.NATIVE) {
                w.reaches(family, w.outside(), pod);
            }
        }
    }
}
