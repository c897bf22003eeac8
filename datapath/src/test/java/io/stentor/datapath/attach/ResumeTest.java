package io.stentor.datapath.attach;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Starts that find their own programs at work.
class ResumeTest extends Restarts {
    private static final Path LAYOUT = OURS.resolve(directory("a"));
    private static final Path FIRST = LAYOUT.resolve("generations/1");

    private LivingProgram before;
    private int loads;

    @BeforeEach
    void anAgentThatWasKilled() {
        assertThat(start("a", BEFORE, true)).isEmpty();
        kernel.reap();
        before = kernel.working(POD.hook());
        loads = kernel.loads;
    }

    private void assertRuns(boolean theSame) {
        assertThat(start("a", BEFORE, true)).isEmpty();
        kernel.reap();
        assertThat(kernel.loads == loads).isEqualTo(theSame);
        assertThat(before.equals(kernel.working(POD.hook()))).isEqualTo(theSame);
        assertThat(runs()).containsExactly("10-ingress", "11-ingress", "2-ingress", "cgroup-connect4");
        assertThat(kernel.list(LAYOUT.resolve("generations"))).hasSize(1);
    }

    @Test
    void equal_parts_need_no_loading_and_hooks_run_what_they_ran() {
        assertRuns(true);
        assertRuns(true);
    }

    @Test
    void another_configuration_is_loaded() {
        configuration++;
        assertRuns(false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"programs/deliver", "programs", "loaded", "calls"})
    void what_is_not_there_any_more_is_loaded_anew(String pin) {
        kernel.remove(FIRST.resolve(pin));
        assertRuns(false);
    }

    @Test
    void programs_whose_map_is_not_the_pinned_one_are_loaded_anew() {
        Path pin = LAYOUT.resolve("maps/endpoints");
        LivingMap lost = (LivingMap) kernel.pins.get(pin);
        kernel.remove(pin);
        kernel.createMap(lost.spec()).pin(pin);
        assertRuns(false);
    }

    @Test
    void a_start_that_was_killed_before_it_had_all_programs_is_not_gone_on_with() {
        kernel.makeDirectory(LAYOUT.resolve("generations/2/programs"));
        assertRuns(false);
    }

    @Test
    void others_marks_mean_nothing() {
        List<String> marks = kernel.list(FIRST.resolve("loaded"));
        assertThat(marks).singleElement().asString().matches("[0-9a-f]{32}-[0-9]+");
        kernel.remove(FIRST.resolve("loaded").resolve(marks.getFirst()));
        kernel.makeDirectory(FIRST.resolve("loaded/00000000000000000000000000000000-4"));
        assertRuns(false);
    }
}
