package io.stentor.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.kernel.Linux;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.TestRun;
import io.stentor.model.Family;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The verifier takes every program under every configuration, and every program ends with a verdict.
///
/// Pairs of flags are covered by a few rows; `-Dstentor.matrix=full` takes all in which every flag that
/// is set has an effect.
class ProgramsKernelIT {
    private static final int INSTRUCTIONS = 500_000;
    private static final List<Integer> VERDICTS = List.of(0, 2, 7);
    private static final List<String> FLAGS = List.of(
            "ipv4",
            "ipv6",
            "tunnel",
            "underlay_ipv6",
            "encapsulate",
            "masquerade_ipv4",
            "masquerade_ipv6",
            "trace",
            "services");

    /// Every pair of flags takes all four pairs of values in these rows.
    private static final List<Integer> PAIRWISE = List.of(
            0b100000000, 0b011111111, 0b000001111, 0b011110000, 0b000110011, 0b011001100, 0b101010101, 0b110101010);

    static List<Map<String, String>> configurations() {
        boolean full = "full".equals(System.getProperty("stentor.matrix"));
        List<Map<String, String>> all = new ArrayList<>();
        for (int bits = 0; bits < 1 << FLAGS.size(); bits++) {
            Set<String> on = flags(bits);
            if (full ? meansSomething(on) : PAIRWISE.contains(bits)) {
                Map<String, String> flags = new LinkedHashMap<>();
                FLAGS.forEach(flag -> flags.put(flag, String.valueOf(on.contains(flag))));
                // changes one call; half of each matrix is enough
                flags.put("coarse_clock", String.valueOf(on.contains("ipv6") != on.contains("tunnel")));
                // calls that lead nowhere here; half of each matrix is enough
                flags.put("set_retval", String.valueOf(on.contains("tunnel")));
                flags.put("services_silent", String.valueOf(on.contains("tunnel")));
                flags.put("sockets_of_host_alone", String.valueOf(on.contains("trace")));
                flags.put("succeeds", String.valueOf(on.contains("ipv4") != on.contains("masquerade_ipv6")));
                all.add(flags);
            }
        }
        return all;
    }

    private static Set<String> flags(int bits) {
        Set<String> on = new HashSet<>();
        for (int i = 0; i < FLAGS.size(); i++) {
            if ((bits >>> i & 1) == 1) {
                on.add(FLAGS.get(i));
            }
        }
        return on;
    }

    private static boolean meansSomething(Set<String> on) {
        return (on.contains("ipv4") || on.contains("ipv6"))
                && (on.contains("tunnel") || !(on.contains("underlay_ipv6") || on.contains("encapsulate")))
                && (on.contains("ipv4") || !on.contains("masquerade_ipv4"))
                && (on.contains("ipv6") || !on.contains("masquerade_ipv6"));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void every_program_is_verified_and_comes_to_a_verdict(Map<String, String> flags) {
        World world = new World(name -> 1);
        try (Linux kernel = Linux.open();
                LoadedPrograms programs = new LoadedPrograms(kernel.bpf(), world.config(flags), Map.of())) {
            programs.reset(world.images(Optional.of(Family.IPV4)));
            for (Map.Entry<String, BpfProgram> program : programs.all().entrySet()) {
                assertThat(program.getValue().verifiedInstructions())
                        .as("instructions that the verifier walked in %s", program.getKey())
                        .isBetween(1, INSTRUCTIONS);
                if (program.getKey().startsWith("sock_")) {
                    // the kernel has no test runs for these
                    continue;
                }
                for (String packet : List.of("ipv4(web, db)/tcp(1, 2)", "ipv6(web, outside)/udp(1, 2)")) {
                    byte[] bytes = new PacketBuilder(world).build("eth(web, gateway)/" + packet);
                    assertThat(program.getValue().testRun(TestRun.of(bytes)).value())
                            .as("verdict of %s on %s", program.getKey(), packet)
                            .isIn(VERDICTS);
                }
            }
        }
    }
}
