package io.stentor.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.Config;
import io.stentor.bpf.generated.Event;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.sync.MapImage;
import io.stentor.kernel.Linux;
import io.stentor.kernel.bpf.TestResult;
import io.stentor.model.Family;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Packets as data through the real programs in the real kernel. How a case is written: [PacketCase].
class PacketCaseKernelIT {
    private record Variant(Config config, Map<String, String> replaced) {}

    private static final Map<Integer, String> VERDICTS = Map.of(0, "ok", 2, "drop", 7, "redirect");
    private static final Map<Variant, LoadedPrograms> LOADED = new HashMap<>();

    private static Linux kernel;
    private static TestNode node;

    @BeforeAll
    static void make_the_node() throws IOException {
        kernel = Linux.open();
        node = new TestNode(kernel);
    }

    @AfterAll
    static void take_the_node_away() throws IOException {
        LOADED.values().forEach(LoadedPrograms::close);
        node.close();
        kernel.close();
    }

    /// Every case with the short way of established connections, and by the stages alone: nobody can tell.
    static Stream<Arguments> cases() {
        return PacketCases.all().stream()
                .flatMap(packets ->
                        Stream.of("with the short way", "by the stages alone").map(way -> Arguments.of(packets, way)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("cases")
    void packets_fare_as_the_case_says(PacketCase packets, String way) throws IOException {
        Config config = node.world().config(packets.config());
        LoadedPrograms programs = LOADED.computeIfAbsent(
                new Variant(config, packets.replaced()),
                v -> new LoadedPrograms(kernel.bpf(), v.config(), v.replaced()));
        List<MapImage<?, ?>> images = new ArrayList<>(node.world().images(tunnel(config)));
        images.removeIf(
                image -> way.equals("by the stages alone") && image.map().equals(Maps.LOCAL_PODS));
        programs.reset(images);
        for (int i = 0; i < packets.steps().size(); i++) {
            switch (packets.steps().get(i)) {
                case PacketCase.Step.Expire expire -> programs.expire(expire.map());
                case PacketCase.Step.Age age -> programs.age(age.map(), age.seconds());
                case PacketCase.Step.Run run -> step(programs, run, "step " + (i + 1) + " of " + packets);
            }
        }
    }

    private static Optional<Family> tunnel(Config config) {
        Family family = config.underlayIpv6() ? Family.IPV6 : Family.IPV4;
        return config.tunnel() ? Optional.of(family) : Optional.empty();
    }

    private static void step(LoadedPrograms programs, PacketCase.Step.Run run, String where) throws IOException {
        PacketBuilder builder = new PacketBuilder(node.world());
        byte[] packet = builder.build(run.given().get("in"));
        Map<String, Long> before = programs.counters();
        if (run.program().isEmpty()) {
            int vni = Integer.parseInt(run.given().get("vni"));
            node.receive(
                    programs.program("from_overlay"),
                    run.given().get("from"),
                    vni,
                    packet,
                    () -> !programs.counters().equals(before));
        } else {
            int gso = Integer.parseInt(run.given().getOrDefault("gso", "0"));
            TestResult result =
                    node.run(programs.program(run.program()), run.given().get("on"), gso, packet);
            compare(builder, run, packet, result, where);
        }
        List<Event> events = programs.events();
        Reports reports = new Reports(node.world(), run.reports());
        assertThat(reports.counted(before, programs.counters()))
                .as("counters, %s", where)
                .isEqualTo(reports.counters());
        assertThat(reports.seen(events)).as("events, %s", where).isEqualTo(reports.events());
        run.holds()
                .forEach((map, entries) -> assertThat(programs.entries(map))
                        .as("entries of %s, %s", map, where)
                        .isEqualTo(Integer.parseInt(entries)));
    }

    private static void compare(
            PacketBuilder builder, PacketCase.Step.Run run, byte[] packet, TestResult result, String where) {
        String verdict = run.given().getOrDefault("verdict", "drop");
        assertThat(VERDICTS.getOrDefault(result.value(), "verdict " + result.value()))
                .as("verdict, %s, of %s", where, PacketPrinter.print(packet))
                .isEqualTo(verdict);
        if (verdict.equals("drop")) {
            return;
        }
        String out = run.given().getOrDefault("out", "nothing, though the case needs a line for it");
        byte[] expected = out.equals("same") ? packet : builder.build(out);
        byte[] actual = result.packet();
        if (out.contains("*")) {
            byte[] open = builder.open(out);
            for (int i = 0; i < Math.min(open.length, actual.length); i++) {
                expected[i] = open[i] == 0 ? expected[i] : actual[i];
            }
        }
        if (!Arrays.equals(actual, expected)) {
            assertThat(PacketPrinter.print(actual)).as("packet, %s", where).isEqualTo(PacketPrinter.print(expected));
            assertThat(actual).as("packet, %s", where).isEqualTo(expected);
        }
    }
}
