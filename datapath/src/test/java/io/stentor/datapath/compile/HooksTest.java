package io.stentor.datapath.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.datapath.attach.ProgramAt;
import io.stentor.model.State;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class HooksTest {
    private static final Path CGROUP = Path.of("/sys/fs/cgroup");

    private static Set<String> programs(Optional<Hooks.Sockets> sockets) {
        return Hooks.of(State.awaiting(Set.of()), 0, List.of(), sockets).stream()
                .map(ProgramAt::program)
                .collect(Collectors.toSet());
    }

    @Test
    void sockets_are_translated_where_services_are_ours_and_their_ports_kept_where_that_is_wanted() {
        assertThat(programs(Optional.empty())).isEmpty();
        assertThat(programs(Optional.of(new Hooks.Sockets(CGROUP, true))))
                .hasSize(10)
                .contains("sock_connect4", "sock_bind4", "sock_bind6");
        assertThat(programs(Optional.of(new Hooks.Sockets(CGROUP, false))))
                .hasSize(8)
                .contains("sock_connect4")
                .noneMatch(program -> program.startsWith("sock_bind"));
    }
}
