package io.stentor.lab.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.lab.LabFailure;
import io.stentor.lab.LabSpec;
import io.stentor.lab.LabSpec.Families;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.lab.LabSpec.Shape;
import io.stentor.lab.LabSpec.Underlay;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanTest {

    private static Plan plan(int nodes, Underlay underlay, Families families) {
        return Plan.of(new LabSpec("demo", nodes, new Shape(Routing.TUNNEL, underlay, families), true, Map.of()));
    }

    private static List<String> rows(Plan plan) {
        return plan.hosts().stream()
                .map(h -> h.name() + " " + h.namespace() + " " + h.segment().bridge() + " " + h.addresses())
                .toList();
    }

    @Test
    void a_flat_lab_has_one_segment_for_everybody() {
        assertThat(rows(plan(2, Underlay.FLAT, Families.DUAL)))
                .containsExactly(
                        "node-1 stl-demo-node-1 segment0 [192.168.60.11, fd42:5374:656e::11]",
                        "node-2 stl-demo-node-2 segment0 [192.168.60.12, fd42:5374:656e::12]",
                        "outside stl-demo-outside segment0 [192.168.60.200, fd42:5374:656e::200]");
    }

    @Test
    void a_routed_lab_puts_nodes_on_two_segments_in_turn_and_outside_on_a_third() {
        assertThat(rows(plan(3, Underlay.ROUTED, Families.IPV4)))
                .containsExactly(
                        "node-1 stl-demo-node-1 segment0 [192.168.60.11]",
                        "node-2 stl-demo-node-2 segment1 [192.168.61.12]",
                        "node-3 stl-demo-node-3 segment0 [192.168.60.13]",
                        "outside stl-demo-outside segment2 [192.168.62.200]");
        assertThat(plan(3, Underlay.ROUTED, Families.IPV4).fabricAddresses())
                .hasToString("[192.168.60.1, 192.168.61.1, 192.168.62.1]");
    }

    @Test
    void an_unknown_node_is_refused_with_the_names_that_there_are() {
        assertThatThrownBy(() -> plan(2, Underlay.FLAT, Families.IPV6).node("node-9"))
                .isInstanceOf(LabFailure.class)
                .hasMessage("The lab 'demo' has no node 'node-9'; its nodes are node-1, node-2.");
    }

    @Test
    void only_tunnel_mode_filters_sources_and_only_of_its_families() {
        String filter = new Links(plan(1, Underlay.FLAT, Families.IPV4)).filter();
        assertThat(filter)
                .contains("ip saddr != { 0.0.0.0, 192.168.60.1, 192.168.60.11, 192.168.60.200 }")
                .contains("ip6 saddr != { ::, fe80::/10 }");
        Shape routed = new Shape(Routing.NATIVE, Underlay.FLAT, Families.IPV4);
        assertThat(new Links(Plan.of(new LabSpec("demo", 1, routed, true, Map.of()))).filter())
                .isEmpty();
    }

    @Test
    void the_cgroup2_mount_is_found_wherever_it_is() {
        assertThat(Cgroup.mountPoint(List.of(
                        "cgroup /sys/fs/cgroup/cpu cgroup rw 0 0", "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0")))
                .contains(Path.of("/sys/fs/cgroup/unified"));
        assertThat(Cgroup.mountPoint(List.of("tmpfs /run tmpfs rw 0 0"))).isEmpty();
    }
}
