package io.stentor.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.Config;
import io.stentor.bpf.generated.Event;
import io.stentor.datapath.sync.MapImage;
import io.stentor.kernel.Linux;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.TestResult;
import io.stentor.model.Family;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Runs packet cases through the real programs in the real kernel, on one node for all of them.
final class PacketRunner implements AutoCloseable {
    private record Variant(Config config, Map<String, String> replaced) {}

    private static final Map<Integer, String> VERDICTS = Map.of(0, "ok", 2, "drop", 7, "redirect");

    private final Linux kernel = Linux.open();
    private final TestNode node;
    private final Map<Variant, LoadedPrograms> loaded = new HashMap<>();

    PacketRunner() throws IOException {
        node = new TestNode(kernel);
    }

    World world() {
        return node.world();
    }

    /// @param images what becomes of what the agent would write
    void run(PacketCase packets, UnaryOperator<List<MapImage<?, ?>>> images) throws IOException {
        Config config = node.world().config(packets.config());
        LoadedPrograms programs = loaded.computeIfAbsent(
                new Variant(config, packets.replaced()),
                v -> new LoadedPrograms(kernel.bpf(), v.config(), v.replaced()));
        programs.reset(images.apply(node.world().images(tunnel(config))));
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

    /// Whether it comes by the network and does not leave by it: its sum is asked for then.
    private static boolean staysFromOutside(PacketCase.Step.Run run) {
        return run.program().equals("from_net")
                && ("ok".equals(run.given().get("verdict"))
                        || run.given().getOrDefault("out", "").startsWith("eth(gateway, "));
    }

    private void step(LoadedPrograms programs, PacketCase.Step.Run run, String where) throws IOException {
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
            BpfProgram program = programs.program(run.program());
            TestResult result = staysFromOutside(run)
                    ? node.runSummed(program, run.given().get("on"), gso, packet)
                    : node.run(program, run.given().get("on"), gso, packet);
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

    @Override
    public void close() throws IOException {
        loaded.values().forEach(LoadedPrograms::close);
        node.close();
        kernel.close();
    }
}
