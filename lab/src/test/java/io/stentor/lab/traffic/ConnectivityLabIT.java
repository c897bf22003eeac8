package io.stentor.lab.traffic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.LabSpec;
import io.stentor.lab.LabSpec.Families;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.lab.LabSpec.Underlay;
import io.stentor.lab.api.Json;
import io.stentor.lab.topology.Shell;
import io.stentor.model.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/// `stentor connectivity test` in labs: all is well where all is well, and each case fails where what it is about is
/// broken. `-Dmatrix=short` (default) tries a tunnel and the usual mutations, anything else all of them.
class ConnectivityLabIT {

    private static final boolean SHORT = System.getProperty("matrix", "short").equals("short");
    private static final String NAMESPACE = "stentor-test";
    private static final Map<Routing, Set<String>> SKIPPED = Map.of(
            Routing.TUNNEL,
            Set.of("outside-to-pod", "unmasqueraded-range"),
            Routing.NATIVE,
            Set.of("tunnel-injection"));

    @TempDir
    Path files;

    private final List<AutoCloseable> open = new ArrayList<>();

    /// What a run said.
    private record Said(int exit, JsonNode report, String progress) {

        Set<String> cases(String result) {
            return stream(r -> r.path("result").asText().equals(result))
                    .map(r -> r.path("name").asText())
                    .collect(Collectors.toCollection(TreeSet::new));
        }

        private Stream<JsonNode> stream(Predicate<JsonNode> wanted) {
            List<JsonNode> all = new ArrayList<>();
            report.path("results").forEach(all::add);
            return all.stream().filter(wanted);
        }
    }

    @TestFactory
    Stream<DynamicContainer> a_cluster_is_tried() {
        return (SHORT ? Stream.of(Routing.TUNNEL) : Stream.of(Routing.values()))
                .map(routing -> DynamicContainer.dynamicContainer(
                        routing.toString(), Stream.of(routing).flatMap(this::tests)));
    }

    private Stream<DynamicTest> tests(Routing routing) {
        LabSpec spec = spec(routing);
        World w = up(spec, new Configuration(routing, Families.DUAL, Underlay.FLAT, 2));
        List<DynamicTest> tests = new ArrayList<>();
        tests.add(named(routing, "all is well", () -> wholeRun(w, routing)));
        if (routing == Routing.TUNNEL) {
            tests.add(named(routing, "Ctrl-C takes everything away", () -> interrupted(w)));
            tests.add(named(routing, "a run after one that was killed removes what that left", () -> killed(w)));
        }
        Mutation.all()
                .filter(mutation -> mutation.routing() == routing && (mutation.usual() || !SHORT))
                .forEach(mutation -> tests.add(named(routing, "it tells that " + mutation, () -> broken(w, mutation))));
        if (!SHORT) {
            tests.add(named(routing, "all is well again", () -> wholeRun(w, routing)));
        }
        tests.add(named(routing, "nothing is left of the lab", () -> {
            close();
            Leftovers.check(spec);
        }));
        return tests.stream();
    }

    private static DynamicTest named(Routing routing, String sentence, Executable body) {
        return DynamicTest.dynamicTest(routing + ": " + sentence, body);
    }

    /// Where routing is native, the range of `far` is excepted from masquerading.
    private static LabSpec spec(Routing routing) {
        Configuration like = new Configuration(routing, Families.DUAL, Underlay.FLAT, 2);
        Map<String, String> settings = routing == Routing.TUNNEL
                ? Map.of("ipam.mode", "cluster-pool")
                : Map.of(
                        "ipam.mode", "cluster-pool",
                        "ipv4-native-routing-cidr", "198.51.100.0/24",
                        "ipv6-native-routing-cidr", "2001:db8:f::/64");
        return new LabSpec("connect-" + like, 2, like.spec().shape(), true, settings);
    }

    private World up(LabSpec spec, Configuration configuration) {
        try {
            World w = World.up(configuration, spec);
            open.add(w);
            for (Place host : List.of(w.outside(), w.far())) {
                Running server = host.start(TrafficLab.stentor(), "connectivity", "serve", "--calls");
                open.add(server);
                server.await(line -> line.startsWith("serving"));
            }
            return w;
        } catch (Exception e) {
            throw new AssertionError("the lab " + spec.name() + " does not come up", e);
        }
    }

    private static Said test(World w, String disrupt, String... more) {
        List<String> options = new ArrayList<>(List.of("-o", "json", "--disrupt", disrupt, "--ready-timeout", "20s"));
        for (Family family : Family.values()) {
            options.addAll(List.of("--outside", w.outside().address(family).toString()));
            options.addAll(List.of("--narrow", w.far().address(family).toString()));
            if (w.configuration().routing() == Routing.NATIVE) {
                options.addAll(
                        List.of("--unmasqueraded", w.far().address(family).toString()));
            }
        }
        options.addAll(List.of(more));
        Shell.Result said = Shell.attempt(w.lab().connectivityTest(options.toArray(String[]::new)), "");
        assertThat(said.out()).as(said.err()).startsWith("{");
        return new Said(said.exit(), Json.parse(said.out().getBytes(UTF_8)), said.err());
    }

    private static String restart(World w) {
        return TrafficLab.stentor() + " lab restart --name " + w.lab().name() + " $NODE";
    }

    private void wholeRun(World w, Routing routing) throws IOException {
        Path junit = files.resolve(routing + ".xml");
        Said said = test(w, restart(w), "--junit-file", junit.toString());
        assertThat(said.cases("failed")).as(said.progress()).isEmpty();
        assertThat(said.exit()).isZero();
        assertThat(said.cases("skipped")).isEqualTo(new TreeSet<>(SKIPPED.get(routing)));
        assertThat(said.report().path("routing").asText()).isEqualToIgnoringCase(routing.name());
        assertThat(Files.readString(junit))
                .contains("failures=\"0\"", "<testcase classname=\"connectivity.ipv6\" name=\"agent-restart\"");
        System.out.println(
                "connectivity test, " + routing + ": " + said.report().path("seconds") + " s");
    }

    private static void broken(World w, Mutation mutation) {
        try {
            mutation.change().to(w);
            Said said = test(w, disruption(w, mutation), "--test", "^(" + String.join("|", mutation.cases()) + ")$");
            assertThat(said.cases("failed")).as(said.progress()).containsExactlyInAnyOrderElementsOf(mutation.cases());
            assertThat(said.exit()).isEqualTo(1);
        } finally {
            mutation.mend().to(w);
            Mutation.mendAll(w);
        }
    }

    /// A restart that is none too careful is itself what is broken.
    private static String disruption(World w, Mutation mutation) {
        String detach = TrafficLab.stentor() + " lab node-exec --name "
                + w.lab().name() + " $NODE -- sh -c 'rm /sys/fs/bpf/stentor/links/*'; ";
        return mutation.cases().contains("agent-restart") ? detach + restart(w) : restart(w);
    }

    private static Running begun(World w) throws IOException, InterruptedException {
        Running run = new Running(
                "connectivity test",
                new ProcessBuilder(w.lab().connectivityTest("--test", "pod-lifecycle"))
                        .redirectErrorStream(true)
                        .start());
        run.await(line -> line.contains("a pod comes and goes"));
        assertThat(w.lab().hasNamespace(NAMESPACE)).isTrue();
        return run;
    }

    private static void interrupted(World w) throws IOException, InterruptedException {
        try (Running run = begun(w)) {
            run.end("INT");
        }
        long end = System.nanoTime() + Running.PATIENCE.toNanos();
        while (w.lab().hasNamespace(NAMESPACE)) {
            assertThat(System.nanoTime()).as("time until the namespace is gone").isLessThan(end);
            Thread.sleep(50);
        }
    }

    private static void killed(World w) throws IOException, InterruptedException {
        try (Running run = begun(w)) {
            run.end("KILL");
        }
        assertThat(w.lab().hasNamespace(NAMESPACE)).isTrue();
        Said said = test(w, restart(w), "--test", "^pod-to-pod-same-node$");
        assertThat(said.progress()).contains("removing the namespace " + NAMESPACE + " of an earlier run");
        assertThat(said.cases("passed")).as(said.progress()).containsExactly("pod-to-pod-same-node");
        assertThat(said.exit()).isZero();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        open.clear();
    }
}
