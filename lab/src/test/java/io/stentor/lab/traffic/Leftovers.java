package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.lab.LabDirectory;
import io.stentor.lab.LabSpec;
import io.stentor.lab.topology.Cgroup;
import io.stentor.lab.topology.Removal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a lab may not leave on the machine.
final class Leftovers {

    private Leftovers() {}

    /// @throws AssertionError if any of it is there
    static void check(LabSpec spec) throws IOException {
        LabDirectory directory = LabDirectory.of(spec.name());
        assertThat(directory.path()).doesNotExist();
        assertThat(Removal.namespacesOf(spec.name())).isEmpty();
        // With the group go all processes that ever ran in the lab.
        assertThat(Cgroup.ofLab(spec.name()).path()).doesNotExist();
        assertThat(Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                        .filter(mount -> mount.contains("/" + spec.name() + "/")))
                .isEmpty();
    }
}
