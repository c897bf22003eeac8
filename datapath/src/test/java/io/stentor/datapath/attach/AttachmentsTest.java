package io.stentor.datapath.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.bpf.Codec;
import io.stentor.bpf.MapOwner;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.MapType;
import io.stentor.datapath.attach.Blueprint.ObjectFile;
import io.stentor.kernel.MapMismatch;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.bpf.Hook.Direction;
import io.stentor.model.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttachmentsTest {
    private static final Path ROOT = Path.of("/bpf");
    private static final Path OURS = ROOT.resolve("stentor");
    private static final ProgramAt POD = ProgramAt.tc(10, Direction.INGRESS, "from_pod");
    private static final ProgramAt OLD_POD = ProgramAt.tc(11, Direction.INGRESS, "from_pod");
    private static final ProgramAt NET = ProgramAt.tc(2, Direction.INGRESS, "from_net");
    private static final ProgramAt CONNECT =
            new ProgramAt(new Hook.Cgroup(Path.of("/cgroup"), Hook.CgroupAttach.CONNECT4), "connect4");
    private static final Set<ProgramAt> BEFORE = Set.of(POD, OLD_POD, NET, CONNECT);
    private static final Set<ProgramAt> AFTER = Set.of(POD, NET, CONNECT);

    private final LifetimeKernel kernel =
            new LifetimeKernel(Map.of("pod", List.of("from_pod", "deliver"), "net", List.of("from_net", "connect4")));

    @BeforeEach
    void devices() {
        kernel.devices.addAll(List.of(2, 10, 11));
    }

    private static MapSpec<Integer, Integer> map(String name, MapType type, MapOwner owner, int room) {
        return new MapSpec<>(name, type, Codec.U32, Codec.U32, new MapSpec.Shape(room, 0, owner, Optional.empty()));
    }

    private static Blueprint blueprint(String fingerprint, int room) {
        return new Blueprint(
                fingerprint,
                List.of(
                        map("endpoints", MapType.HASH, MapOwner.AGENT, room),
                        map("conntrack", MapType.LRU_HASH, MapOwner.DATAPATH, 100),
                        map("calls", MapType.PROG_ARRAY, MapOwner.GENERATION, 4)),
                List.of(
                        new ObjectFile("pod", new byte[0], Set.of("endpoints", "conntrack", "calls")),
                        new ObjectFile("net", new byte[0], Set.of("endpoints", "calls"))),
                Map.of(),
                Map.of("calls", Map.of(0, "deliver")));
    }

    /// One start of the agent, which then runs until it is killed.
    private List<Problem> start(String fingerprint, Set<ProgramAt> desired, boolean complete) {
        Generation generation = Generation.load(kernel, kernel, ROOT, blueprint(fingerprint, 100));
        return new Attachments(kernel, generation).reconcile(desired, complete);
    }

    private List<String> runs() {
        return kernel.hooks.keySet().stream()
                .filter(hook -> kernel.working(hook) != null)
                .map(ProgramAt::pin)
                .sorted()
                .toList();
    }

    @Test
    void the_datapath_outlives_the_agent() {
        assertThat(start("a", BEFORE, true)).isEmpty();
        kernel.reap();
        assertThat(runs()).containsExactly("10-ingress", "11-ingress", "2-ingress", "cgroup-connect4");
        assertThat(kernel.list(OURS)).containsExactly("a", "filters", "links");
        assertThat(kernel.list(OURS.resolve("a/maps"))).containsExactly("conntrack", "endpoints");
        assertThat(kernel.list(OURS.resolve("a/generations/1"))).containsExactly("calls");
    }

    static IntStream steps() {
        return IntStream.range(0, 60);
    }

    @ParameterizedTest
    @MethodSource("steps")
    void killed_at_any_step_of_a_restart_it_runs_all_the_time_and_the_next_start_ends_the_same(int steps) {
        restartKilledAt(steps, "a");
    }

    @ParameterizedTest
    @MethodSource("steps")
    void an_upgrade_to_another_layout_too(int steps) {
        restartKilledAt(steps, "b");
    }

    @ParameterizedTest
    @MethodSource("steps")
    void and_with_filters_below_the_kernel_that_has_tcx(int steps) {
        kernel.tcx = false;
        restartKilledAt(steps, "b");
    }

    @ParameterizedTest
    @MethodSource("steps")
    void killed_at_any_step_of_its_first_start_it_leaves_nothing_that_the_next_does_not_find(int steps) {
        kernel.tcx = steps % 2 == 0;
        kernel.killAfter(steps / 2);
        try {
            start("a", BEFORE, true);
        } catch (LifetimeKernel.Killed killed) {
            kernel.reap();
        }
        kernel.reap();
        assertThat(start("b", Set.of(POD), true)).isEmpty();
        kernel.reap();
        assertThat(kernel.hooks).containsOnlyKeys(POD.hook());
        assertThat(runs()).containsExactly("10-ingress");
        assertThat(kernel.list(OURS)).containsExactly("b", "filters", "links");
        assertThat(kernel.list(OURS.resolve("filters"))).hasSize(kernel.tcx ? 0 : 1);
    }

    private void restartKilledAt(int steps, String fingerprint) {
        start("a", BEFORE, true);
        kernel.reap();
        kernel.watch = () -> AFTER.forEach(at -> {
            assertThat(kernel.working(at.hook())).as(at.where()).isNotNull();
            assertThat(kernel.working(at.hook()).name()).isEqualTo(at.program());
        });
        kernel.killAfter(steps);
        try {
            start(fingerprint, AFTER, true);
        } catch (LifetimeKernel.Killed killed) {
            assertThat(runs()).contains("10-ingress", "2-ingress", "cgroup-connect4");
        }
        kernel.reap();
        assertThat(start(fingerprint, AFTER, true)).isEmpty();
        kernel.reap();

        assertThat(kernel.hooks).hasSize(3);
        assertThat(runs()).containsExactly("10-ingress", "2-ingress", "cgroup-connect4");
        assertThat(kernel.list(OURS)).containsExactly(fingerprint, "filters", "links");
        assertThat(kernel.list(OURS.resolve(fingerprint).resolve("generations")))
                .hasSize(1);
        assertThat(kernel.list(OURS.resolve("links"))).isEqualTo(kernel.tcx ? runs() : List.of("cgroup-connect4"));
        assertThat(kernel.list(OURS.resolve("filters")))
                .isEqualTo(kernel.tcx ? List.of() : List.of("10-ingress-from_pod", "2-ingress-from_net"));
    }

    @Test
    void before_all_sources_are_synced_what_ran_goes_on_running_with_all_it_needs() {
        start("a", BEFORE, true);
        kernel.reap();
        assertThat(start("a", Set.of(NET), false)).isEmpty();
        kernel.reap();
        assertThat(runs()).containsExactly("10-ingress", "11-ingress", "2-ingress", "cgroup-connect4");
        assertThat(kernel.list(OURS.resolve("a/generations"))).containsExactly("1", "2");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_device_that_is_gone_is_a_problem_while_it_is_desired_and_leaves_nothing_after(boolean tcx) {
        kernel.tcx = tcx;
        Generation generation = Generation.load(kernel, kernel, ROOT, blueprint("a", 100));
        Attachments attachments = new Attachments(kernel, generation);
        assertThat(attachments.reconcile(BEFORE, true)).isEmpty();
        kernel.removeDevice(11);
        ProgramAt late = ProgramAt.tc(12, Direction.EGRESS, "from_pod");
        assertThat(attachments.reconcile(Set.of(POD, NET, CONNECT, late), true))
                .containsExactly(new Problem(
                        "link 12 egress",
                        "",
                        "is not as it should be: BPF_LINK_CREATE device 12: ENODEV (no such device)"));
        assertThat(attachments.reconcile(AFTER, true)).isEmpty();
        assertThat(runs()).containsExactly("10-ingress", "2-ingress", "cgroup-connect4");
        assertThat(kernel.list(OURS.resolve("filters"))).hasSize(tcx ? 0 : 2);
        assertThat(kernel.list(OURS.resolve("links"))).hasSize(tcx ? 3 : 1);
        generation.close();
        assertThat(runs()).containsExactly("10-ingress", "2-ingress", "cgroup-connect4");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_hook_can_be_given_another_program(boolean tcx) {
        kernel.tcx = tcx;
        start("a", Set.of(POD), true);
        kernel.reap();
        ProgramAt other = ProgramAt.tc(10, Direction.INGRESS, "from_net");
        kernel.watch = () -> assertThat(kernel.working(POD.hook())).isNotNull();
        assertThat(start("a", Set.of(other), true)).isEmpty();
        assertThat(kernel.working(POD.hook()).name()).isEqualTo("from_net");
        assertThat(kernel.list(OURS.resolve("filters"))).isEqualTo(tcx ? List.of() : List.of("10-ingress-from_net"));
    }

    @Test
    void a_pinned_map_of_another_shape_is_refused_and_nothing_of_the_new_generation_stays() {
        start("a", BEFORE, true);
        kernel.reap();
        assertThatThrownBy(() -> Generation.load(kernel, kernel, ROOT, blueprint("a", 200)))
                .isInstanceOf(MapMismatch.class)
                .hasMessageContaining("/bpf/stentor/a/maps/endpoints")
                .hasMessageContaining("entries 200");
        assertThat(kernel.list(OURS.resolve("a/generations"))).containsExactly("1");
        assertThat(kernel.open).isEmpty();
    }
}
