package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.lab.LabSpec;
import io.stentor.lab.LabSpec.Families;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.lab.LabSpec.Shape;
import io.stentor.lab.LabSpec.Underlay;
import io.stentor.model.Family;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A pod that sends what it can to harm others, beside one on the same node that goes about its business.
class FloodLabIT {
    /// Far more than the tables of connections have room for.
    private static final int FRAMES = 50_000;

    private static final int CONNECTIONS = 50;
    private static final int ROOM = 2048;

    private static final LabSpec SPEC = new LabSpec(
            "flood",
            2,
            new Shape(Routing.TUNNEL, Underlay.FLAT, Families.DUAL),
            true,
            Map.of("bpf.ctTcpMax", Integer.toString(ROOM), "bpf.ctAnyMax", Integer.toString(ROOM)));

    private static TrafficLab lab;

    @BeforeAll
    static void up() throws IOException {
        lab = TrafficLab.up(SPEC);
        lab.runPods(1, "flooder", "neighbour");
        lab.runPods(2, "there");
    }

    @AfterAll
    static void down() throws IOException {
        TrafficLab.end(lab, SPEC);
    }

    static Stream<Arguments> floods() {
        return Stream.of("syn", "fragments", "odd", "random", "extensions")
                .flatMap(kind -> Stream.of(Family.values()).map(family -> Arguments.of(kind, family)))
                .filter(row -> !row.get()[0].equals("extensions") || row.get()[1] == Family.IPV6);
    }

    private static Running flood(String kind, Family family) {
        List<String> command = new ArrayList<>(Place.script("flood.py"));
        command.addAll(List.of(
                kind,
                Integer.toString(FRAMES),
                lab.pod("flooder").address(family).toString(),
                lab.pod("there").address(family).toString()));
        return lab.pod("flooder").start(command.toArray(String[]::new));
    }

    private static Running churn(Place to, Family family) {
        return lab.pod("neighbour")
                .start(Place.talk(
                                "churn", to.address(family).toString(), Integer.toString(Place.PORT), "" + CONNECTIONS)
                        .toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("floods")
    void a_pod_that_floods_harms_nobody_else(String kind, Family family) throws Exception {
        Place there = lab.pod("there");
        try (Running held = lab.pod("neighbour").hold("tcp", there.address(family), 0);
                Running datagrams = lab.pod("neighbour").hold("udp", there.address(family), 0)) {
            List<Running> both = List.of(held, datagrams);
            Place.echo(both, "before");
            try (Running flood = flood(kind, family);
                    Running churn = churn(there, family)) {
                churn.await((CONNECTIONS + " answered")::equals);
                Place.echo(List.of(held), "meanwhile");
                flood.await(line -> Integer.parseInt(line.replace(" sent", "")) > FRAMES / 2);
            }
            Place.echo(both, "after");
        }
        assertThat(lab.pod("flooder").ask("tcp", there.address(family), "who"))
                .isEqualTo(lab.pod("flooder").address(family) + " " + there.address(family));
        assertThat(lab.status(1).path("status").asText()).isIn("ok", "degraded");
    }
}
