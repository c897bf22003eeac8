package io.stentor.datapath.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.BpfMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Builds of different layouts that follow each other while connections begin all the time.
class TakeoverTest extends Restarts {
    private final List<byte[]> connections = new ArrayList<>();
    private int steps;

    /// At every step of whoever does something, every hook knows all connections; at every third, one begins. Objects
    /// are loaded by several threads.
    private synchronized void step() {
        check();
        if (++steps % 3 == 0) {
            connect();
        }
    }

    private synchronized void check() {
        for (ProgramAt at : AFTER) {
            LivingProgram program = kernel.working(at.hook());
            assertThat(program).as(at.where()).isNotNull();
            for (byte[] connection : connections) {
                if (!program.knows(connection)) {
                    throw new AssertionError(at.where() + " does not know connection " + number(connection) + " of "
                            + connections.size());
                }
            }
        }
    }

    private synchronized void connect() {
        check();
        byte[] next = BpfMap.index(connections.size());
        List<ProgramAt> hooks = List.copyOf(AFTER);
        LivingProgram program =
                kernel.working(hooks.get(connections.size() % hooks.size()).hook());
        assertThat(program).isNotNull();
        program.begin(next, new byte[8]);
        connections.add(next);
    }

    private static int number(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt();
    }

    /// @return whether it was killed
    private boolean startUntil(int steps, String build) {
        kernel.killAfter(steps);
        try {
            assertThat(start(build, AFTER, true)).isEmpty();
            return false;
        } catch (LifetimeKernel.Killed killed) {
            return true;
        } finally {
            kernel.reap();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "the same build goes on, a, b, b, true",
        "the build before comes back, a, b, a, true",
        "a third one comes, a, b, c, true",
        "back to the older one, b, a, a, true",
        "forth and back and forth, c, d, c, true",
        "filters below the kernel that has TCX, a, b, a, false"
    })
    void killed_at_any_step_of_a_takeover_no_connection_is_lost(
            String title, String before, String killed, String last, boolean tcx) {
        int allowed = 0;
        boolean ended;
        do {
            kernel = boot();
            kernel.tcx = tcx;
            connections.clear();
            steps = allowed;
            assertThat(start(before, AFTER, true)).isEmpty();
            kernel.reap();
            kernel.watch = this::step;
            ended = !startUntil(allowed++, killed);
            connect();
            assertThat(startUntil(-1, last)).isFalse();
            connect();
            connect();
            assertThat(kernel.list(OURS)).containsExactlyInAnyOrder(directory(last), "filters", "links");
            assertThat(kernel.list(OURS.resolve(directory(last)).resolve("generations")))
                    .hasSize(1);
        } while (!ended);
        assertThat(allowed).isGreaterThan(40);
    }

    @Test
    void one_that_is_killed_again_and_again_builds_no_chain_of_programs() {
        assertThat(start("a", AFTER, true)).isEmpty();
        kernel.reap();
        connect();
        kernel.watch = this::check;
        for (int allowed = 0; startUntil(allowed, "b"); allowed++) {
            for (ProgramAt at : AFTER) {
                assertThat(kernel.working(at.hook()).depth()).isLessThanOrEqualTo(2);
            }
        }
        connect();
    }

    private LivingMap map(String build, String name) {
        return (LivingMap)
                kernel.pins.get(OURS.resolve(directory(build)).resolve("maps").resolve(name));
    }

    @Test
    void what_agents_write_is_there_before_the_new_one_knows_it() {
        start("a", AFTER, true);
        map("a", "endpoints").entries.put(ByteBuffer.wrap(BpfMap.index(10)), BpfMap.index(5));
        kernel.reap();
        start("b", AFTER, false);
        assertThat(map("b", "endpoints").lookup(BpfMap.index(10))).hasValue(BpfMap.index(5));
    }

    @Test
    void what_has_no_room_in_the_older_layout_is_left_out_and_told() {
        start("c", AFTER, true);
        byte[] small = {7, 0, 0, 0, 0, 0, 0, 0};
        byte[] great = {7, 0, 1, 0, 0, 0, 0, 0};
        map("c", "conntrack").entries.put(ByteBuffer.wrap(BpfMap.index(1)), small);
        map("c", "conntrack").entries.put(ByteBuffer.wrap(BpfMap.index(2)), great);
        kernel.reap();
        Takeover takeover = Takeover.prepare(kernel, kernel, ROOT, layout("d"));
        Generation generation = Generation.load(kernel, kernel, ROOT, blueprint("d", 100));
        takeover.runAtOnce(generation);
        assertThat(map("d", "conntrack").lookup(BpfMap.index(1))).hasValue(new byte[] {0, 0, 0, 7});
        assertThat(map("d", "conntrack").lookup(BpfMap.index(2))).isEmpty();
        assertThat(takeover.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.toString())
                        .startsWith(
                                "map conntrack: 1 entries of the agent before could not be taken over: 0 found no room,"
                                        + " 1 hold what this version has no field for"));
    }

    @Test
    void a_kernel_that_lets_programs_not_call_the_former_ones_is_told_before_anything_is_attached() {
        start("a", AFTER, true);
        connect();
        kernel.reap();
        kernel.refusesCalls = true;
        Takeover takeover = Takeover.prepare(kernel, kernel, ROOT, layout("b"));
        Generation generation = Generation.load(kernel, kernel, ROOT, blueprint("b", 100));
        assertThatThrownBy(() -> takeover.succeed(generation, Map.of(1, "from_pod")))
                .isInstanceOf(KernelException.class);
        assertThat(takeover.isPending()).isTrue();
        takeover.runAtOnce(generation);
        assertThat(takeover.isPending()).isFalse();
        assertThat(new Attachments(kernel, generation).reconcile(AFTER, true)).isEmpty();
        connect();
    }

    @Test
    void a_layout_whose_description_is_damaged_is_not_read() {
        start("a", AFTER, true);
        kernel.reap();
        Path description = OURS.resolve(directory("a")).resolve("layout");
        LivingMap damaged = (LivingMap) kernel.pins.get(description);
        damaged.entries.firstEntry().getValue()[8] ^= 1;
        Takeover takeover = Takeover.prepare(kernel, kernel, ROOT, layout("b"));
        assertThat(takeover.isPending()).isFalse();
        assertThat(start("b", AFTER, true)).isEmpty();
        assertThat(kernel.list(OURS)).containsExactlyInAnyOrder(directory("b"), "filters", "links");
    }
}
