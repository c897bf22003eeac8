package io.stentor.agent.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.CtAccount;
import io.stentor.bpf.generated.CtHolder;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.NatAddress;
import io.stentor.bpf.generated.NatRefused;
import io.stentor.datapath.compile.Keys;
import io.stentor.datapath.sweep.Swept;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.IpAddress;
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

    @Test
    void an_address_whose_ports_were_all_in_use_is_a_problem_for_a_while() {
        long now = System.nanoTime();
        refused("192.168.7.11", 3, now);
        refused("192.168.7.12", 5, now - Duration.ofHours(1).toNanos());
        assertThat(pressure().problems()).singleElement().satisfies(problem -> {
            assertThat(problem.field()).isEqualTo("192.168.7.11");
            assertThat(problem.reason()).startsWith("had no free port for 3 connections");
        });
    }

    private void refused(String address, long connections, long last) {
        BpfMap refusals = Objects.requireNonNull(node.maps.get("nat_refusals"));
        Bytes16 bytes = Keys.bytes(IpAddress.of(address));
        refusals.update(new NatAddress(bytes, Family.IPV4).encode(), new NatRefused(connections, last).encode());
    }
}
