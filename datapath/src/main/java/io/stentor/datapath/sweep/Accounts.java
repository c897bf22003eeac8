package io.stentor.datapath.sweep;

import io.stentor.bpf.Codec;
import io.stentor.bpf.generated.CtAccount;
import io.stentor.kernel.bpf.BpfMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Corrects what the programs count while they go on counting.
///
/// What a sweep deletes is subtracted at once. Else a count is seen at another moment than the entries that it
/// counts, so a difference is an error only as far as the next sweep finds it as well: that part is taken away.
final class Accounts {
    private final BpfMap accounts;
    private Map<Line, Integer> differences = Map.of();
    private Map<Line, Swept.Count> counted = new HashMap<>();

    /// One number of an account.
    private record Line(int holder, boolean tcp) {}

    Accounts(BpfMap accounts) {
        this.accounts = accounts;
    }

    /// An entry that was found, and whether it is still there.
    void count(int holder, boolean tcp, Swept.Count one) {
        counted.merge(new Line(holder, tcp), one, Swept.Count::plus);
    }

    /// Writes what all counts since the last time amount to.
    void settle() {
        Map<Line, Integer> found = new HashMap<>();
        for (int holder : holders()) {
            byte[] index = BpfMap.index(holder);
            CtAccount held = CtAccount.CODEC.decode(accounts.lookup(index).orElseThrow());
            int tcp = settled(new Line(holder, true), held.tcp(), found);
            int other = settled(new Line(holder, false), held.other(), found);
            if (tcp != held.tcp() || other != held.other()) {
                accounts.update(index, new CtAccount(tcp, other).encode());
            }
        }
        differences = found;
        counted = new HashMap<>();
    }

    private Set<Integer> holders() {
        Set<Integer> holders = new HashSet<>();
        counted.keySet().forEach(line -> holders.add(line.holder));
        accounts.visit(entry -> {
            if (!CtAccount.CODEC.decode(entry.value()).equals(CtAccount.ZERO)) {
                holders.add(Codec.U32.decode(entry.key()));
            }
        });
        return holders;
    }

    private int settled(Line line, int held, Map<Line, Integer> found) {
        Swept.Count count = counted.getOrDefault(line, new Swept.Count(0, 0));
        int left = held - count.deleted();
        int difference = left - count.alive();
        int before = differences.getOrDefault(line, 0);
        int wrong = Integer.signum(difference) == Integer.signum(before)
                ? Integer.signum(difference) * Math.min(Math.abs(difference), Math.abs(before))
                : 0;
        found.put(line, difference - wrong);
        return Math.max(0, left - wrong);
    }
}
