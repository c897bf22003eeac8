package io.stentor.datapath.attach;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every step of a start may be the last: each test goes through them all, on a fresh kernel each time.
class KilledAgentTest extends Restarts {

    /// @param killedAt whether an agent that may make so many steps is killed
    private void forEveryStep(boolean tcx, IntPredicate killedAt) {
        int steps = 0;
        boolean killed = true;
        while (killed) {
            kernel = boot();
            kernel.tcx = tcx;
            killed = killedAt.test(steps++);
        }
        assertThat(steps).isGreaterThan(5);
    }

    /// @return whether it was killed
    private boolean startUntil(int steps, String build, Set<ProgramAt> desired) {
        kernel.killAfter(steps);
        try {
            start(build, desired, true);
            return false;
        } catch (LifetimeKernel.Killed killed) {
            return true;
        } finally {
            kernel.reap();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "same programs, a, 1, true",
        "other configuration, a, 2, true",
        "other layout, b, 1, true",
        "filters below the kernel that has TCX, b, 1, false"
    })
    void killed_at_any_step_of_a_restart_the_hooks_run_all_the_time_and_the_next_start_ends_the_same(
            String title, String build, int later, boolean tcx) {
        forEveryStep(tcx, steps -> {
            configuration = 1;
            start("a", BEFORE, true);
            kernel.reap();
            configuration = later;
            kernel.watch = () -> AFTER.forEach(at -> {
                assertThat(kernel.working(at.hook())).as(at.where()).isNotNull();
                assertThat(kernel.working(at.hook()).name()).isEqualTo(at.program());
            });
            boolean killed = startUntil(steps, build, AFTER);
            kernel.watch.run();
            assertThat(start(build, AFTER, true)).isEmpty();
            kernel.reap();

            assertThat(kernel.hooks).hasSize(3);
            assertThat(runs()).containsExactly("10-ingress", "2-ingress", "cgroup-connect4");
            assertThat(kernel.list(OURS)).containsExactlyInAnyOrder(directory(build), "filters", "links");
            assertThat(kernel.list(OURS.resolve(directory(build)).resolve("generations")))
                    .hasSize(1);
            assertThat(kernel.list(OURS.resolve("links"))).isEqualTo(tcx ? runs() : List.of("cgroup-connect4"));
            assertThat(kernel.list(OURS.resolve("filters")))
                    .isEqualTo(tcx ? List.of() : List.of("10-ingress-from_pod", "2-ingress-from_net"));
            return killed;
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_teardown_that_is_killed_at_any_step_is_ended_by_the_next_and_leaves_nothing(boolean tcx) {
        forEveryStep(tcx, steps -> {
            start("a", BEFORE, true);
            kernel.reap();
            kernel.makeDirectory(ROOT.resolve("others"));
            Teardown teardown = new Teardown(kernel, kernel, ROOT);
            assertThat(teardown.isDue()).isTrue();
            kernel.killAfter(steps);
            boolean killed = false;
            try {
                teardown.run();
            } catch (LifetimeKernel.Killed now) {
                killed = true;
            }
            kernel.reap();
            teardown.run();
            kernel.reap();
            assertThat(teardown.isDue()).isFalse();
            assertThat(kernel.hooks).isEmpty();
            assertThat(kernel.list(ROOT)).containsExactly("others");
            return killed;
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void killed_at_any_step_of_its_first_start_it_leaves_nothing_that_the_next_does_not_find(boolean tcx) {
        forEveryStep(tcx, steps -> {
            boolean killed = startUntil(steps, "a", BEFORE);
            assertThat(start("b", Set.of(POD), true)).isEmpty();
            kernel.reap();
            assertThat(kernel.hooks).containsOnlyKeys(POD.hook());
            assertThat(runs()).containsExactly("10-ingress");
            assertThat(kernel.list(OURS)).containsExactlyInAnyOrder(directory("b"), "filters", "links");
            assertThat(kernel.list(OURS.resolve("filters"))).hasSize(tcx ? 0 : 1);
            return killed;
        });
    }
}
