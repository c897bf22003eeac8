package io.stentor.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.Config;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.attach.ProgramAt;
import io.stentor.datapath.sync.DatapathSync;
import io.stentor.kernel.Linux;
import io.stentor.kernel.bpf.Attached;
import io.stentor.kernel.bpf.Hook.Direction;
import io.stentor.model.Family;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Agents that start, one after the other, on what the one before left: 1,000 with `-Dstentor.matrix=full`.
class ManyStartsKernelIT {
    private static final int STARTS = "full".equals(System.getProperty("stentor.matrix")) ? 1000 : 10;
    /// That are attached, some to several hooks.
    private static final int PROGRAMS = 4;

    private static final long PATIENCE_NANOS = 30_000_000_000L;
    private static final Pattern PROGRAM = Pattern.compile("(?m)^([0-9]+):");

    private final Linux linux = Linux.open();

    /// What one start leaves, of which the next may leave no more.
    ///
    /// @param maps    by name and number of entries
    /// @param linkIds at the hooks
    private record Left(long descriptors, Map<String, Integer> maps, Set<Integer> linkIds, long pins) {}

    @Test
    void none_leaves_a_descriptor_a_link_a_program_a_pin_or_an_entry_more() throws Exception {
        Path directory = Files.createTempDirectory("stentor-starts");
        Path bpffs = directory.resolve("bpf");
        linux.mounts().ensureBpffs(bpffs);
        try (TestNode node = new TestNode(linux)) {
            Set<Integer> programs = new HashSet<>();
            Left first = start(node, bpffs, config(0), programs);
            for (int i = 1; i < STARTS; i++) {
                assertThat(start(node, bpffs, config(i), programs))
                        .as("start " + i)
                        .isEqualTo(first);
            }
            assertThat(programs).hasSize(STARTS / 2 * PROGRAMS);
            awaitGone(programs);
        } finally {
            linux.mounts().unmount(bpffs);
            Files.delete(bpffs);
            Files.delete(directory);
            linux.close();
        }
    }

    /// Every second start has another one than the start before, and loads programs; the others go on with what runs.
    private static Config config(int start) {
        return Config.ZERO.withIpv4(true).withPodMtu(World.POD_MTU - start / 2 % 2);
    }

    private static Set<ProgramAt> hooks(TestNode node) {
        return Set.of(
                ProgramAt.tc(node.ifindex("web"), Direction.INGRESS, "from_pod"),
                ProgramAt.tc(node.ifindex("web"), Direction.EGRESS, "to_pod"),
                ProgramAt.tc(node.ifindex("db"), Direction.INGRESS, "from_pod"),
                ProgramAt.tc(node.ifindex("db"), Direction.EGRESS, "to_pod"),
                ProgramAt.tc(node.ifindex("eth0"), Direction.INGRESS, "from_net"),
                ProgramAt.tc(node.ifindex("eth0"), Direction.EGRESS, "to_net"));
    }

    /// @param programs gets the numbers of those at the hooks
    private Left start(TestNode node, Path bpffs, Config config, Set<Integer> programs) throws IOException {
        Map<String, Integer> entries;
        Set<Integer> links;
        try (Datapath datapath = Datapath.load(linux.bpf(), bpffs, Map.of(), config)) {
            DatapathSync sync = new DatapathSync(datapath.maps());
            DatapathSync.Outcome outcome = sync.sync(
                    node.world().images(Optional.of(Family.IPV4)),
                    true,
                    () -> node.inside(() -> datapath.attach(config, hooks(node), true)),
                    0);
            assertThat(outcome.problems()).isEmpty();
            entries = List.of(Maps.ENDPOINTS, Maps.ADDRESSES, Maps.RANGES).stream()
                    .collect(Collectors.toMap(
                            spec -> spec.name(),
                            spec -> datapath.maps().get(spec.name()).keys().size()));
            List<Attached> attached = hooks(node).stream()
                    .flatMap(at -> node.inside(() -> linux.bpf().attached(at.hook())).stream())
                    .toList();
            assertThat(attached).hasSize(hooks(node).size());
            attached.forEach(at -> programs.add(at.programId()));
            links = attached.stream().map(Attached::linkId).collect(Collectors.toSet());
        }
        return new Left(count(Path.of("/proc/self/fd")), entries, links, count(bpffs));
    }

    private static long count(Path below) throws IOException {
        try (Stream<Path> all = Files.walk(below)) {
            return all.count();
        }
    }

    /// The kernel frees programs a while after their last user went.
    private static void awaitGone(Set<Integer> programs) throws Exception {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            Set<Integer> left = loaded();
            left.retainAll(programs);
            if (left.size() == PROGRAMS) {
                return;
            }
            assertThat(System.nanoTime()).as(left + " are still loaded").isLessThan(end);
            Thread.sleep(100);
        }
    }

    private static Set<Integer> loaded() throws IOException {
        Process list = new ProcessBuilder("bpftool", "prog", "list")
                .redirectErrorStream(true)
                .start();
        String text = new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(text).contains("from_pod");
        Set<Integer> numbers = new HashSet<>();
        PROGRAM.matcher(text).results().forEach(found -> numbers.add(Integer.valueOf(found.group(1))));
        return numbers;
    }
}
