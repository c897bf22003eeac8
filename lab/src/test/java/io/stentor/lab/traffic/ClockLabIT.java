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
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Agents and an operator whose wall clock is set while they run. The API server's and the kubelets' stay.
class ClockLabIT {
    private static final LabSpec SPEC = new LabSpec(
            "clock",
            2,
            new Shape(Routing.TUNNEL, Underlay.FLAT, Families.IPV4),
            true,
            Map.of("ipam.mode", "cluster-pool"));

    /// Of the file that `clock.c` reads and writes.
    private static final int SECONDS = 0;

    private static final int ASKED_AGENTS = 8;
    private static final int ASKED_OPERATORS = 16;
    private static final int SIZE = 24;

    @TempDir
    private static Path directory;

    private static TrafficLab lab;
    private static MappedByteBuffer clock;

    @BeforeAll
    static void up() throws Exception {
        Path file = directory.resolve("clock");
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            clock = channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE);
            clock.order(ByteOrder.nativeOrder());
        }
        lab = TrafficLab.up(
                SPEC,
                TrafficLab.checkout(),
                Map.of("LD_PRELOAD", compiled().toString(), "STENTOR_TEST_CLOCK", file.toString()));
        lab.runPods(1, "here");
        lab.runPods(2, "there");
    }

    private static Path compiled() throws IOException, URISyntaxException {
        Path library = directory.resolve("clock.so");
        Path source = Path.of(
                Objects.requireNonNull(ClockLabIT.class.getResource("clock.c")).toURI());
        Shell.run("cc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString());
        assertThat(Files.size(library)).isPositive();
        return library;
    }

    @AfterAll
    static void down() throws IOException {
        TrafficLab.end(lab, SPEC);
    }

    /// Sets the clock and waits until agents and operator have looked at it.
    private static void set(Duration ahead) throws InterruptedException {
        long agents = clock.getLong(ASKED_AGENTS);
        long operators = clock.getLong(ASKED_OPERATORS);
        clock.putLong(SECONDS, ahead.toSeconds());
        long end = System.nanoTime() + Running.PATIENCE.toNanos();
        while (clock.getLong(ASKED_AGENTS) == agents || clock.getLong(ASKED_OPERATORS) == operators) {
            assertThat(System.nanoTime()).as("nobody looks at the clock").isLessThan(end);
            Thread.sleep(20);
        }
    }

    private static void podsTalk(String from) {
        IpAddress there = lab.pod("there").address(Family.IPV4);
        assertThat(lab.pod(from).ask("tcp", there, "who"))
                .isEqualTo(lab.pod(from).address(Family.IPV4) + " " + there);
    }

    private static void podsComeAndGo(String name) {
        lab.runPods(1, name);
        podsTalk(name);
        lab.deletePod(name);
    }

    private static long terms() throws IOException {
        return lab.operatorLog().stream()
                .filter(line -> line.contains("this one leads") && !line.contains("no more"))
                .count();
    }

    @Test
    void a_clock_that_jumps_shakes_no_connection_no_pod_and_no_restart() throws Exception {
        try (Running held = lab.pod("here").hold("tcp", lab.pod("there").address(Family.IPV4), 0)) {
            List<Duration> settings = List.of(Duration.ofHours(12), Duration.ofHours(-12));
            for (int i = 0; i < settings.size(); i++) {
                set(settings.get(i));
                Place.echo(List.of(held), "jumped " + i);
                podsComeAndGo("running-" + i);
                lab.agent("kill", 1);
                lab.agent("restart", 1);
                Place.echo(List.of(held), "restarted " + i);
                podsComeAndGo("restarted-" + i);
                long before = terms();
                lab.restartOperator();
                long end = System.nanoTime() + Running.PATIENCE.toNanos();
                while (terms() == before) {
                    assertThat(System.nanoTime()).as("no operator leads").isLessThan(end);
                    Thread.sleep(50);
                }
            }
        }
        podsTalk("here");
    }
}
