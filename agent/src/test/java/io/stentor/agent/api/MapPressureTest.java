package io.stentor.agent.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.generated.CtAccount;
import io.stentor.bpf.generated.CtHolder;
import io.stentor.datapath.sweep.Swept;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.Problem;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class MapPressureTest {
    private final SampleNode node = new SampleNode();

    private MapPressure pressure() {
        return node.view().kernel().measures().pressure();
    }

    private void account(int holder, int tcp, int other) {
        BpfMap accounts = Objects.requireNonNull(node.maps.get("ct_accounts"));
        accounts.update(BpfMap.index(holder), new CtAccount(tcp, other).encode());
    }

    @Test
    void tables_of_connections_are_as_full_as_the_fuller_of_their_protocols() {
        account(CtHolder.ALL, 500, 900);
        account(CtHolder.NAT, 100, 0);
        assertThat(pressure().parts())
                .containsEntry("ct_answered", 0.9)
                .containsEntry("nat", 0.2)
                .containsEntry("endpoints", 0.0)
                .doesNotContainKeys("ct_accounts", "events");
    }

    @Test
    void four_fifths_are_a_problem_where_there_is_no_room_by_forgetting() {
        account(CtHolder.ALL, 1599, 0);
        assertThat(pressure().problems()).isEmpty();
        account(CtHolder.ALL, 1600, 0);
        account(CtHolder.NAT, 400, 0);
        assertThat(pressure().problems()).extracting(Problem::field).containsExactly("ct_answered", "nat");
    }

    @Test
    void connections_that_found_no_room_are_a_problem() {
        node.swept = new Swept(Map.of(), new Swept.Count(0, 0), 3, Duration.ZERO);
        assertThat(pressure().problems()).extracting(Problem::field).containsExactly("ct_overflow");
    }
}
