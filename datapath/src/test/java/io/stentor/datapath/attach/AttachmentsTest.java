package io.stentor.datapath.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.kernel.MapMismatch;
import io.stentor.kernel.bpf.Hook.Direction;
import io.stentor.model.Problem;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttachmentsTest extends Restarts {

    @Test
    void the_datapath_outlives_the_agent() {
        assertThat(start("a", BEFORE, true)).isEmpty();
        kernel.reap();
        assertThat(runs()).containsExactly("10-ingress", "11-ingress", "2-ingress", "cgroup-connect4");
        assertThat(kernel.list(OURS)).containsExactlyInAnyOrder(directory("a"), "filters", "links");
        assertThat(kernel.list(OURS.resolve(directory("a")).resolve("maps")))
                .containsExactly("conntrack", "endpoints", "takeover");
        assertThat(kernel.list(OURS.resolve(directory("a")).resolve("generations/1")))
                .containsExactly("calls", "former", "loaded", "programs");
    }

    @Test
    void before_all_sources_are_synced_what_ran_goes_on_running_with_all_it_needs() {
        start("a", BEFORE, true);
        kernel.reap();
        configuration++;
        assertThat(start("a", Set.of(NET), false)).isEmpty();
        kernel.reap();
        assertThat(runs()).containsExactly("10-ingress", "11-ingress", "2-ingress", "cgroup-connect4");
        assertThat(kernel.list(OURS.resolve(directory("a")).resolve("generations")))
                .containsExactly("1", "2");
    }

    @Test
    void what_is_attached_while_a_pod_waits_is_a_filter_and_goes_with_the_pod() {
        assertThat(start("a", Set.of(POD, TO_POD), true)).isEmpty();
        kernel.reap();
        assertThat(runs()).containsExactly("10-egress", "10-ingress");
        assertThat(kernel.list(OURS.resolve("filters"))).containsExactly("10-egress-to_pod");
        assertThat(kernel.list(OURS.resolve("links"))).containsExactly("10-ingress");

        configuration++;
        assertThat(start("a", Set.of(POD, TO_POD), true)).isEmpty();
        kernel.reap();
        assertThat(runs()).containsExactly("10-egress", "10-ingress");

        assertThat(start("a", Set.of(POD), true)).isEmpty();
        kernel.reap();
        assertThat(runs()).containsExactly("10-ingress");
        assertThat(kernel.list(OURS.resolve("filters"))).isEmpty();
    }

    @Test
    void a_link_that_stands_where_a_filter_would_be_made_now_stays_and_gets_the_new_program() {
        assertThat(start("a", Set.of(POD), true)).isEmpty();
        LivingProgram old = kernel.working(POD.hook());
        var _ = kernel.attach(old, TO_POD.hook(), OURS.resolve("links").resolve(TO_POD.pin()));
        kernel.reap();
        configuration++;
        assertThat(start("a", Set.of(POD, TO_POD), true)).isEmpty();
        kernel.reap();
        assertThat(runs()).containsExactly("10-egress", "10-ingress");
        assertThat(kernel.working(TO_POD.hook()).name()).isEqualTo("to_pod");
        assertThat(kernel.list(OURS.resolve("filters"))).isEmpty();
        assertThat(kernel.list(OURS.resolve("links"))).containsExactly("10-egress", "10-ingress");
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
                        "is not as it should be: " + (tcx ? "BPF_LINK_CREATE" : "RTM_NEWQDISC")
                                + " device 12: ENODEV (no such device)"));
        assertThat(attachments.reconcile(AFTER, true)).isEmpty();
        assertThat(runs()).containsExactly("10-ingress", "2-ingress", "cgroup-connect4");
        assertThat(kernel.list(OURS.resolve("filters"))).hasSize(tcx ? 0 : 2);
        assertThat(kernel.list(OURS.resolve("links"))).hasSize(tcx ? 3 : 1);
        generation.close();
        assertThat(runs()).containsExactly("10-ingress", "2-ingress", "cgroup-connect4");
    }

    @Test
    void what_has_been_done_in_full_costs_nothing_when_it_is_asked_for_again() {
        Generation generation = Generation.load(kernel, kernel, ROOT, blueprint("a", 100));
        Attachments attachments = new Attachments(kernel, generation);
        assertThat(attachments.reconcile(AFTER, false)).isEmpty();
        assertThat(attachments.reconcile(AFTER, true)).isEmpty();
        int listings = kernel.listings;
        assertThat(attachments.reconcile(AFTER, true)).isEmpty();
        assertThat(kernel.listings).isEqualTo(listings);
        assertThat(attachments.reconcile(Set.of(NET), true)).isEmpty();
        assertThat(attachments.reconcile(AFTER, true)).isEmpty();
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
                .hasMessageContaining("/bpf/stentor/" + directory("a") + "/maps/endpoints")
                .hasMessageContaining("entries 200");
        assertThat(kernel.list(OURS.resolve(directory("a")).resolve("generations")))
                .containsExactly("1");
        assertThat(kernel.open).isEmpty();
    }
}
