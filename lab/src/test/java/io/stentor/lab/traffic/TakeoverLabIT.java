package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.lab.LabSpec;
import io.stentor.lab.LabSpec.Families;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.lab.LabSpec.Shape;
import io.stentor.lab.LabSpec.Underlay;
import io.stentor.lab.topology.Shell;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Agents of a build whose maps have other layouts and sizes take over under load, and those of this build again.
class TakeoverLabIT {
    private static final int ROUND = 200;
    private static final int CONNECTIONS = 25;

    @TempDir
    private static Path folder;

    private static Path home;
    private static Path jars;
    private TrafficLab lab;

    @BeforeAll
    static void build() throws Exception {
        home = folder.resolve("home");
        Shell.run(List.of("/usr/bin/python3", script(), TrafficLab.checkout().toString(), home.toString()), "");
        jars = home.resolve("target/jars");
    }

    private void up(LabSpec spec) throws IOException {
        lab = TrafficLab.up(spec, home);
        lab.runPods(1, "here", "beside");
        lab.runPods(2, "there");
    }

    private static String script() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(TakeoverLabIT.class.getResource("other_build.py"))
                        .toURI())
                .toString();
    }

    /// From here on agents start as this build or the other.
    private static void choose(String build) throws IOException {
        Path link = Files.createSymbolicLink(jars.resolve("next"), Path.of(build));
        Files.move(link, jars.resolve("current"), StandardCopyOption.ATOMIC_MOVE);
    }

    /// Restarts the agents, and waits until each has taken over from the one before.
    private void replace(String build, int times) throws IOException {
        choose(build);
        for (int node = 1; node <= 2; node++) {
            lab.agent("restart", node);
            assertThat(lab.agentLog(node).stream().filter(line -> line.contains("took over from layout=")))
                    .as("takeovers of node-" + node)
                    .hasSize(times);
        }
    }

    private String layout(int node) {
        return lab.node(node)
                .run("sh", "-c", "ls /sys/fs/bpf/stentor | grep -v -e links -e filters")
                .strip();
    }

    /// Again and again, until there is the file.
    private static Running repeat(Place place, Path end, List<String> command) {
        List<String> all = new ArrayList<>(
                List.of("sh", "-c", "end=$1; shift; while [ ! -e \"$end\" ]; do \"$@\"; done; echo over", "sh"));
        all.add(end.toString());
        all.addAll(command);
        return place.start(all.toArray(String[]::new));
    }

    static Stream<Routing> routings() {
        return Configuration.FULL ? Stream.of(Routing.TUNNEL, Routing.NATIVE) : Stream.of(Routing.TUNNEL);
    }

    @ParameterizedTest
    @MethodSource("routings")
    void nothing_is_lost_when_agents_of_another_layout_take_over_and_when_those_before_come_back(Routing routing)
            throws Exception {
        LabSpec spec = new LabSpec("takeover", 2, new Shape(routing, Underlay.FLAT, Families.DUAL), true, Map.of());
        try {
            up(spec);
            takeOver(folder.resolve("end-" + routing));
        } finally {
            TrafficLab.end(lab, spec);
        }
    }

    private void takeOver(Path end) throws Exception {
        List<Running> pings = new ArrayList<>();
        List<Running> churns = new ArrayList<>();
        List<Running> held = new ArrayList<>();
        List<String> serve = Place.talk("serve", Integer.toString(Place.PORT));
        try (Running server = lab.outside().start(serve.toArray(String[]::new))) {
            server.await("serving"::equals);
            for (Family family : Family.values()) {
                for (Place to : List.of(lab.pod("there"), lab.pod("beside"), lab.outside())) {
                    IpAddress address = to.address(family);
                    held.add(lab.pod("here").hold("tcp", address, 0));
                    held.add(lab.pod("here").hold("udp", address, 0));
                    pings.add(repeat(
                            lab.pod("here"), end, List.of("ping", "-nqi0.005", "-c" + ROUND, address.toString())));
                }
                held.add(lab.pod("there").hold("tcp", lab.outside().address(family), 0));
                for (Place to : List.of(lab.outside(), lab.pod("there"))) {
                    churns.add(repeat(
                            lab.pod("here"),
                            end,
                            Place.talk(
                                    "churn",
                                    to.address(family).toString(),
                                    Integer.toString(Place.PORT),
                                    Integer.toString(CONNECTIONS))));
                }
                held.add(lab.pod("there").hold("tcp", lab.pod("here").address(family), 0));
            }
            Place.echo(held, "before");
            String before = layout(1);

            replace("other", 1);
            Place.echo(held, "with the other build");
            assertThat(layout(1)).isNotEqualTo(before).matches("[0-9a-f]{12}").isEqualTo(layout(2));

            replace("this", 2);
            Place.echo(held, "with the first again");
            assertThat(layout(1)).isEqualTo(before);
            assertThat(lab.status(1).path("problems"))
                    .noneMatch(problem -> problem.path("object").asText().equals("map"));

            Files.createFile(end);
            for (Running churn : churns) {
                churn.await("over"::equals);
                assertThat(churn.lines()).containsOnly(CONNECTIONS + " answered", "over");
            }
            for (Running ping : pings) {
                ping.await("over"::equals);
                assertThat(ping.lines().stream().filter(line -> line.contains("packet loss")))
                        .hasSizeGreaterThan(3)
                        .allMatch(line -> line.contains(" 0% packet loss"));
            }
        } finally {
            pings.forEach(Running::close);
            churns.forEach(Running::close);
            held.forEach(Running::close);
        }
    }
}
