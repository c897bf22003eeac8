package io.stentor.datapath.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.CtAccount;
import io.stentor.bpf.generated.CtEntry;
import io.stentor.bpf.generated.CtHolder;
import io.stentor.bpf.generated.CtKey;
import io.stentor.bpf.generated.CtScope;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.NatEntry;
import io.stentor.bpf.generated.NatKey;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.MapType;
import io.stentor.kernel.fake.FakeKernel;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConnectionSweepTest {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final long NOW = 1_000_000_000_000L;

    private final Map<String, BpfMap> maps = new HashMap<>();
    private final ConnectionSweep sweep;

    ConnectionSweepTest() {
        FakeKernel kernel = new FakeKernel();
        for (MapSpec<?, ?> spec : Maps.ALL) {
            maps.put(
                    spec.name(),
                    kernel.bpf()
                            .createMap(io.stentor.kernel.bpf.MapSpec.of(
                                    spec.name(),
                                    MapType.of(spec.type().code()),
                                    spec.key().size(),
                                    spec.value().size(),
                                    spec.shape().maxEntries())));
        }
        sweep = new ConnectionSweep(maps, () -> NOW);
    }

    private void put(MapSpec<CtKey, CtEntry> map, int port, int protocol, int endpoint, long deadline) {
        CtKey key = new CtKey(Bytes16.ZERO, Bytes16.ZERO, port, 80, protocol, Family.IPV4, CtScope.FLOW);
        CtEntry entry = CtEntry.ZERO.withEndpoint(endpoint).withDeadline(deadline);
        maps.get(map.name()).update(key.encode(), entry.encode());
    }

    private void account(int holder, int tcp, int other) {
        maps.get("ct_accounts").update(BpfMap.index(holder), new CtAccount(tcp, other).encode());
    }

    private CtAccount account(int holder) {
        return CtAccount.CODEC.decode(
                maps.get("ct_accounts").lookup(BpfMap.index(holder)).orElseThrow());
    }

    @Test
    void what_is_past_its_deadline_goes_and_is_no_longer_counted() {
        put(Maps.CT_ANSWERED, 1, TCP, 7, NOW - 1);
        put(Maps.CT_ANSWERED, 2, TCP, 7, NOW);
        put(Maps.CT_ANSWERED, 3, UDP, 7, NOW - 1);
        put(Maps.CT_ANSWERED, 4, UDP, 8, NOW + 1);
        account(7, 2, 1);
        account(8, 0, 1);
        account(CtHolder.ALL, 2, 2);
        Swept swept = sweep.sweep();
        assertThat(swept.connections())
                .isEqualTo(Map.of(
                        new Swept.Kind(Family.IPV4, true), new Swept.Count(1, 1),
                        new Swept.Kind(Family.IPV4, false), new Swept.Count(1, 1)));
        assertThat(maps.get("ct_answered").keys()).hasSize(2);
        assertThat(account(7)).isEqualTo(new CtAccount(1, 0));
        assertThat(account(8)).isEqualTo(new CtAccount(0, 1));
        assertThat(account(CtHolder.ALL)).isEqualTo(new CtAccount(1, 1));
    }

    @Test
    void masqueraded_connections_are_collected_likewise() {
        BpfMap nat = maps.get("nat");
        NatKey key = new NatKey(Bytes16.ZERO, Bytes16.ZERO, 443, 40000, TCP, Family.IPV4);
        nat.update(key.encode(), new NatEntry(Bytes16.ZERO, NOW - 1, 40000).encode());
        account(CtHolder.NAT, 1, 0);
        assertThat(sweep.sweep().masqueraded()).isEqualTo(new Swept.Count(0, 1));
        assertThat(nat.keys()).isEmpty();
        assertThat(account(CtHolder.NAT)).isEqualTo(CtAccount.ZERO);
    }

    @Test
    void a_count_is_corrected_when_two_sweeps_find_it_wrong() {
        put(Maps.CT_ANSWERED, 1, TCP, 7, NOW);
        account(7, 6, -2);
        account(9, 4, 0);
        sweep.sweep();
        assertThat(account(7).tcp()).isEqualTo(6);
        assertThat(account(7).other()).as("never below zero").isZero();
        sweep.sweep();
        assertThat(account(7)).isEqualTo(new CtAccount(1, 0));
        assertThat(account(9)).as("without entries").isEqualTo(CtAccount.ZERO);
        account(7, 3, 0);
        sweep.sweep();
        assertThat(account(7).tcp()).as("wrong once only").isEqualTo(3);
    }

    @Test
    void programs_are_spared_the_overflow_table_when_it_is_empty() {
        BpfMap use = maps.get("ct_overflow_use");
        byte[] until = {1, 2, 3, 4, 5, 6, 7, 8};
        use.update(BpfMap.index(0), until);
        put(Maps.CT_OVERFLOW, 1, TCP, 7, NOW);
        assertThat(sweep.sweep().overflow()).isEqualTo(1);
        assertThat(use.lookup(BpfMap.index(0))).contains(until);
        maps.get("ct_overflow").deleteBatch(maps.get("ct_overflow").keys());
        assertThat(sweep.sweep().overflow()).isZero();
        assertThat(use.lookup(BpfMap.index(0)).orElseThrow()).containsOnly(0);
    }
}
