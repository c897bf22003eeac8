package io.stentor.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.lab.LabSpec.Families;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.lab.LabSpec.Shape;
import io.stentor.lab.LabSpec.Underlay;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabMainTest {

    private static LabSpec spec(Routing routing, Underlay underlay, Map<String, String> settings) {
        return new LabSpec("demo", 2, new Shape(routing, underlay, Families.DUAL), true, settings);
    }

    @Test
    void agents_are_configured_as_the_lab_is_shaped_and_settings_have_the_last_word() {
        assertThat(AgentKeys.of(spec(Routing.NATIVE, Underlay.FLAT, Map.of("enableIPv4Masquerade", "false"))))
                .containsEntry("routing-mode", "native")
                .containsEntry("auto-direct-node-routes", "true")
                .containsEntry("ipv6-native-routing-cidr", "fd00::/104")
                .containsEntry("enable-ipv4-masquerade", "false");
        assertThat(AgentKeys.of(spec(Routing.NATIVE, Underlay.ROUTED, Map.of("ipam.mode", "cluster-pool"))))
                .containsEntry("auto-direct-node-routes", "false")
                .containsEntry("ipv4-native-routing-cidr", "10.0.0.0/8")
                .containsEntry("ipam", "cluster-pool");
        assertThat(AgentKeys.of(spec(Routing.TUNNEL, Underlay.FLAT, Map.of()))).doesNotContainKey("routing-mode");
    }

    @Test
    void a_setting_that_nobody_knows_is_refused_before_anything_is_made() {
        assertThatThrownBy(() -> AgentKeys.check(spec(Routing.TUNNEL, Underlay.FLAT, Map.of("routingMod", "native"))))
                .isInstanceOfSatisfying(
                        LabFailure.class, f -> assertThat(f.exitCode()).isEqualTo(2))
                .hasMessageContaining("did you mean routingMode?");
    }

    @Test
    void a_spec_is_read_as_it_was_written(@TempDir Path folder) {
        LabSpec spec = spec(Routing.NATIVE, Underlay.ROUTED, Map.of("a", "b"));
        SpecFile.write(spec, folder.resolve("lab/spec.json"));
        assertThat(SpecFile.read(folder.resolve("lab/spec.json"))).contains(spec);
        assertThat(SpecFile.read(folder.resolve("absent"))).isEmpty();
    }

    @Test
    void names_and_counts_that_make_no_sense_are_wrong_use() {
        Shape shape = new Shape(Routing.TUNNEL, Underlay.FLAT, Families.IPV4);
        assertThatThrownBy(() -> new LabSpec("../etc", 1, shape, true, Map.of()))
                .hasMessage("A lab's name has lower-case letters, digits and '-', at most 30 of them, not '../etc'.");
        assertThatThrownBy(() -> new LabSpec("a", 101, shape, true, Map.of()))
                .hasMessage("A lab has at most 100 nodes, not 101.");
    }
}
