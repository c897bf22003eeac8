package io.stentor.datapath.sweep;

import io.stentor.bpf.generated.CtEntry;
import io.stentor.bpf.generated.CtHolder;
import io.stentor.bpf.generated.CtKey;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.NatEntry;
import io.stentor.kernel.bpf.BpfMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/// Collects entries of `ct_answered` and `nat` that are past their deadline, corrects the programs' counts of them, and
/// says when `ct_overflow` is empty.
///
/// The programs take out what ends by FIN or RST. What ends in silence is a miss for them, but keeps its room until
/// it is collected. An entry is looked at once more just before it is deleted: its connection may have begun anew.
public final class ConnectionSweep {
    private static final int TCP = 6;

    private final BpfMap answered;
    private final BpfMap nat;
    private final BpfMap overflow;
    private final BpfMap overflowUse;
    private final Accounts accounts;
    private final LongSupplier clock;

    /// @param maps  by name
    /// @param clock the programs', in nanoseconds
    public ConnectionSweep(Map<String, BpfMap> maps, LongSupplier clock) {
        this.answered = map(maps, Maps.CT_ANSWERED.name());
        this.nat = map(maps, Maps.NAT.name());
        this.overflow = map(maps, Maps.CT_OVERFLOW.name());
        this.overflowUse = map(maps, Maps.CT_OVERFLOW_USE.name());
        this.accounts = new Accounts(map(maps, Maps.CT_ACCOUNTS.name()));
        this.clock = clock;
    }

    private static BpfMap map(Map<String, BpfMap> maps, String name) {
        BpfMap map = maps.get(name);
        if (map == null) {
            throw new IllegalArgumentException("no map " + name + " among " + maps.keySet());
        }
        return map;
    }

    /// @throws io.stentor.kernel.KernelException if a map cannot be read or written
    public Swept sweep() {
        long begin = clock.getAsLong();
        Map<Swept.Kind, Swept.Count> connections = connections(begin);
        Swept.Count masqueraded = masqueraded(begin);
        accounts.settle();
        int left = overflow();
        return new Swept(connections, masqueraded, left, Duration.ofNanos(clock.getAsLong() - begin));
    }

    private Map<Swept.Kind, Swept.Count> connections(long now) {
        Map<Swept.Kind, Swept.Count> counts = new HashMap<>();
        List<BpfMap.Entry> late = new ArrayList<>();
        answered.visit(found -> {
            CtEntry entry = CtEntry.CODEC.decode(found.value());
            if (entry.deadline() < now) {
                late.add(found);
            } else {
                count(counts, found, entry, new Swept.Count(1, 0));
            }
        });
        for (BpfMap.Entry found : late) {
            boolean deleted = deleteLate(
                    answered,
                    found.key(),
                    now,
                    value -> CtEntry.CODEC.decode(value).deadline());
            Swept.Count one = deleted ? new Swept.Count(0, 1) : new Swept.Count(1, 0);
            count(counts, found, CtEntry.CODEC.decode(found.value()), one);
        }
        return counts;
    }

    private void count(Map<Swept.Kind, Swept.Count> counts, BpfMap.Entry found, CtEntry entry, Swept.Count one) {
        CtKey key = CtKey.CODEC.decode(found.key());
        boolean tcp = key.protocol() == TCP;
        counts.merge(new Swept.Kind(key.family(), tcp), one, Swept.Count::plus);
        accounts.count(entry.endpoint(), tcp, one);
        accounts.count(CtHolder.ALL, tcp, one);
    }

    private Swept.Count masqueraded(long now) {
        List<byte[]> late = new ArrayList<>();
        int[] alive = new int[1];
        nat.visit(found -> {
            if (NatEntry.CODEC.decode(found.value()).deadline() < now) {
                late.add(found.key());
            } else {
                alive[0]++;
            }
        });
        int deleted = 0;
        for (byte[] key : late) {
            deleted += deleteLate(
                            nat, key, now, value -> NatEntry.CODEC.decode(value).deadline())
                    ? 1
                    : 0;
        }
        Swept.Count count = new Swept.Count(alive[0] + late.size() - deleted, deleted);
        accounts.count(CtHolder.NAT, true, count);
        return count;
    }

    private static boolean deleteLate(BpfMap map, byte[] key, long now, ToLongFunction<byte[]> deadline) {
        return map.lookup(key)
                        .filter(value -> deadline.applyAsLong(value) < now)
                        .isPresent()
                && map.delete(key);
    }

    /// Programs need not look into an empty table. One that enters a connection meanwhile says so itself; should
    /// that be overwritten, the connection's next packet finds it where it began, and enters it anew.
    private int overflow() {
        int left = overflow.keys().size();
        byte[] unused = new byte[Long.BYTES];
        if (left == 0 && !Arrays.equals(overflowUse.lookup(BpfMap.index(0)).orElse(unused), unused)) {
            overflowUse.update(BpfMap.index(0), unused);
        }
        return left;
    }
}
