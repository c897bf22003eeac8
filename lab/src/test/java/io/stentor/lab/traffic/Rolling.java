package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Backends, agents and nodes go and come, in order, while everybody asks a service: no question stays unanswered.
final class Rolling {
    private static final String TOPIC = "services";
    private static final Map<String, String> LABELS = Map.of("app", "rolling");

    /// Seconds that a backend serves on when it is told to end: longer than the news of it is under way.
    private static final int LINGER = 5;

    /// No port is taken twice: who sends datagrams from a port that was used within the last minute goes on with the
    /// backend that it had.
    private static final int FIRST_PORT = 12000;

    private Rolling() {}

    static Stream<Case> scenarios() {
        return Stream.of(Case.of(
                        TOPIC,
                        "no question to a service is lost while its backends, agents and a node are restarted in order",
                        (w, f) -> roll(w))
                .where(c -> Configuration.FULL || c.tunnel()));
    }

    private static void roll(World w) throws Exception {
        TrafficLab lab = w.lab();
        for (int node = 1; node <= 2; node++) {
            create(lab, "first-" + node, node);
        }
        lab.awaitPod("first-1");
        lab.awaitPod("first-2");
        List<Running> loads = new ArrayList<>();
        try {
            start(w, loads);
            for (int node = 1; node <= 2; node++) {
                create(lab, "second-" + node, node);
                lab.awaitPod("second-" + node);
                lab.deletePod("first-" + node);
            }
            for (int node = 1; node <= 2; node++) {
                lab.agent("end", node);
                lab.agent("restart", node);
            }
            create(lab, "third-1", 1);
            lab.awaitPod("third-1");
            lab.deletePod("second-2");
            lab.power(false, 2);
            lab.power(true, 2);
            create(lab, "fourth-2", 2);
            lab.awaitPod("fourth-2");
            lab.deletePod("third-1");
            check(loads);
        } finally {
            loads.forEach(Running::close);
        }
    }

    private static void create(TrafficLab lab, String name, int node) {
        lab.createPod(name, node, false, LABELS, LINGER);
    }

    /// Everybody who is not switched off meanwhile.
    private static void start(World w, List<Running> loads) throws InterruptedException {
        Shop shop = w.shop("rolling");
        for (Family family : w.configuration().list()) {
            for (String protocol : List.of("tcp", "udp")) {
                IpAddress inside = shop.clusterIp(family);
                loads.add(load(w.pod(), protocol, inside, Shop.PORT));
                loads.add(load(w.node(), protocol, inside, Shop.PORT));
                loads.add(load(w.outside(), protocol, w.node().address(family), shop.nodePort(protocol)));
            }
        }
        for (Running load : loads) {
            load.await("loading"::equals);
        }
    }

    private static Running load(Place client, String protocol, IpAddress to, int port) {
        List<String> command = new ArrayList<>(List.of("env", "SPORT=" + FIRST_PORT));
        command.addAll(Place.talk("load", protocol, to.toString(), Integer.toString(port)));
        return client.start(command.toArray(String[]::new));
    }

    private static void check(List<Running> loads) throws IOException, InterruptedException {
        List<String> said = new ArrayList<>();
        for (Running load : loads) {
            load.say("enough");
            said.add(load.what() + ": " + load.await(line -> line.startsWith("asked")));
        }
        assertThat(said).allMatch(line -> line.matches(".*asked [0-9]{2,}, failed 0: "));
    }
}
