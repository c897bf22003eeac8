package io.stentor.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.Config;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.Passage.Translated;
import io.stentor.datapath.sync.MapImage;
import io.stentor.kernel.Linux;
import io.stentor.kernel.bpf.TestResult;
import io.stentor.model.Family;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// An enemy's packets through every program: none goes where it is not meant to, and what the short way of established
/// connections decides is what the stages decide. A million with
/// `-Dstentor.matrix=full`, some thousands without.
class FuzzKernelIT {
    private static final boolean FULL = "full".equals(System.getProperty("stentor.matrix"));
    private static final long SEED = 20_250_601;

    /// As many as find room in every table: nothing that was seen is displaced.
    private static final int ROUND = 2_500;

    private static final int ROUNDS = FULL ? 100 : 2;

    /// Tables are damaged anew for each few packets.
    private static final int DAMAGED_ROUND = 100;

    private static final int DAMAGED_ROUNDS = FULL ? 250 : 10;

    private static final List<String> CONNECTIONS = List.of("tcp(1000, 80, flags=%s)", "udp(1000, 53)");

    static Stream<Map<String, String>> configurations() {
        return Stream.of(
                Map.of("encapsulate", "true", "masquerade_ipv4", "false", "masquerade_ipv6", "false"),
                Map.of("tunnel", "false", "masquerade_ipv4", "false", "masquerade_ipv6", "false"),
                Map.of("services", "true", "masquerade_ipv4", "false", "masquerade_ipv6", "false"),
                Map.of("encapsulate", "true", "underlay_ipv6", "true", "trace", "true"),
                Map.of("tunnel", "false", "drop_events_per_second", "0"));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void no_packet_goes_where_it_is_not_meant_to(Map<String, String> changes) throws IOException {
        try (Linux kernel = Linux.open();
                TestNode node = new TestNode(kernel)) {
            Config config = node.world().config(changes);
            List<MapImage<?, ?>> images = node.world().images(tunnel(config));
            List<MapImage<?, ?>> withoutShortWay = images.stream()
                    .filter(image -> !image.map().equals(Maps.LOCAL_PODS))
                    .toList();
            FuzzedPackets packets = new FuzzedPackets(node.world(), SEED);
            try (LoadedPrograms both = new LoadedPrograms(kernel.bpf(), config, Map.of());
                    LoadedPrograms stages = new LoadedPrograms(kernel.bpf(), config, Map.of())) {
                for (int round = 0; round < ROUNDS; round++) {
                    both.reset(images);
                    stages.reset(withoutShortWay);
                    connect(node, both, config);
                    connect(node, stages, config);
                    List<byte[]> some =
                            Stream.generate(packets::next).limit(ROUND).toList();
                    // Ports of masqueraded connections are taken at random.
                    boolean comparable = !masquerades(config);
                    new Round(node, translated(config, Translated.NOBODYS), some)
                            .judge(both, Optional.of(stages).filter(_ -> comparable));
                }
            }
        }
    }

    /// Whoever writes into the programs' own tables: an entry may be lost by it, a packet not led astray.
    @ParameterizedTest
    @MethodSource("configurations")
    void damaged_tables_lead_no_packet_astray(Map<String, String> changes) throws IOException {
        try (Linux kernel = Linux.open();
                TestNode node = new TestNode(kernel)) {
            Config config = node.world().config(changes);
            List<MapImage<?, ?>> images = node.world().images(tunnel(config));
            FuzzedPackets packets = new FuzzedPackets(node.world(), SEED);
            Damage damage = new Damage(SEED);
            try (LoadedPrograms programs = new LoadedPrograms(kernel.bpf(), config, Map.of())) {
                for (int round = 0; round < DAMAGED_ROUNDS; round++) {
                    programs.reset(images);
                    connect(node, programs, config);
                    assertThat(damage.to(programs)).isGreaterThan(CONNECTIONS.size());
                    List<byte[]> some =
                            Stream.generate(packets::next).limit(DAMAGED_ROUND).toList();
                    // Who believes a damaged entry gives a packet the port that stands there.
                    new Round(node, translated(config, Translated.MASQUERADED), some).judge(programs, Optional.empty());
                }
            }
        }
    }

    private static Optional<Family> tunnel(Config config) {
        Family family = config.underlayIpv6() ? Family.IPV6 : Family.IPV4;
        return config.tunnel() ? Optional.of(family) : Optional.empty();
    }

    /// Brings connections into use between the pods of the node, between one of them and another node's, and through a
    /// service.
    private static void connect(TestNode node, LoadedPrograms programs, Config config) {
        boolean tunnel = config.tunnel();
        for (String ip : List.of("ipv4", "ipv6")) {
            for (String connection : CONNECTIONS) {
                String back = connection.replace("1000, 80", "80, 1000").replace("1000, 53", "53, 1000");
                for (String flags : List.of("S", "SA", "A")) {
                    boolean reply = flags.equals("SA");
                    String l4 = String.format(reply ? back : connection, flags);
                    send(node, programs, reply ? "db" : "web", reply ? "db, web" : "web, db", ip, l4);
                    if (!reply) {
                        send(node, programs, "web", "web, far", ip, l4);
                    } else if (!tunnel) {
                        send(node, programs, "eth0", "far, web", ip, l4);
                    }
                }
            }
            if (config.services()) {
                send(node, programs, "web", "web, shop", ip, "tcp(1000, 80, flags=S)");
                send(node, programs, "db", "db, web", ip, "tcp(8080, 1000, flags=SA)");
                send(node, programs, "web", "web, shop", ip, "tcp(1000, 80, flags=A)");
            }
        }
        int direct = (tunnel ? 2 : 4) * CONNECTIONS.size();
        assertThat(programs.entries(Maps.CT_ANSWERED.name())).isEqualTo(direct + (config.services() ? 4 : 0));
    }

    private static void send(TestNode node, LoadedPrograms programs, String link, String ends, String ip, String l4) {
        boolean pod = !link.equals("eth0");
        byte[] packet = new PacketBuilder(node.world())
                .build("eth(" + (pod ? link : "b") + ", gateway)/" + ip + "(" + ends + ")/" + l4);
        node.run(programs.program(pod ? "from_pod" : "from_net"), link, 0, packet);
    }

    /// @param least whatever the configuration says
    private static Translated translated(Config config, Translated least) {
        if (config.services()) {
            return Translated.BY_SERVICES;
        }
        return masquerades(config) ? Translated.MASQUERADED : least;
    }

    private static boolean masquerades(Config config) {
        return config.masqueradeIpv4() || config.masqueradeIpv6();
    }

    /// @param translated whose addresses may change
    /// @param packets     that all programs get
    private record Round(TestNode node, Translated translated, List<byte[]> packets) {
        /// @param stages to hold the verdicts against, too
        void judge(LoadedPrograms programs, Optional<LoadedPrograms> stages) {
            judge(programs, stages, "from_pod", "web", Passage::wrongFromWeb);
            judge(programs, stages, "from_net", "eth0", Passage::wrongDelivery);
            stages.ifPresent(alone ->
                    assertThat(programs.counters()).isEqualTo(alone.counters()).containsKey("forward ingress"));
            judge(programs, Optional.empty(), "to_pod", "web", Passage::wrongPassing);
            judge(programs, Optional.empty(), "to_net", "eth0", Passage::wrongPassing);
        }

        private void judge(
                LoadedPrograms programs,
                Optional<LoadedPrograms> stages,
                String program,
                String link,
                Function<Passage, Optional<String>> wrong) {
            List<TestResult> results = node.runAll(programs.program(program), link, packets);
            for (int i = 0; i < results.size(); i++) {
                Passage passage = new Passage(node.world(), packets.get(i), results.get(i), translated);
                Optional<String> found = wrong.apply(passage);
                if (found.isPresent()) {
                    throw failure(program + ", " + found.get(), packets.get(i), results.get(i));
                }
            }
            stages.ifPresent(alone -> same(results, node.runAll(alone.program(program), link, packets), program));
        }

        private void same(List<TestResult> left, List<TestResult> right, String program) {
            for (int i = 0; i < left.size(); i++) {
                TestResult one = left.get(i);
                TestResult other = right.get(i);
                if (one.value() != other.value() || !Arrays.equals(one.packet(), other.packet())) {
                    throw failure(program + " with the short way, then without", packets.get(i), one, other);
                }
            }
        }

        private static AssertionError failure(String what, byte[] in, TestResult... results) {
            StringBuilder text = new StringBuilder(what + "\n in  " + PacketPrinter.print(in));
            for (TestResult result : results) {
                text.append("\n ").append(result.value()).append("   ").append(PacketPrinter.print(result.packet()));
            }
            return new AssertionError(text);
        }
    }
}
