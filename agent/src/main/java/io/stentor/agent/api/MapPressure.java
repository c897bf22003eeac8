package io.stentor.agent.api;

import io.stentor.bpf.MapSpec;
import io.stentor.bpf.MapType;
import io.stentor.bpf.generated.CtAccount;
import io.stentor.bpf.generated.CtHolder;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.compile.TableSizes;
import io.stentor.datapath.sweep.Swept;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// How full the maps are, and what to do about those that refuse what they have no room for.
///
/// Counting a map's entries means to read it, so what was found is kept for a while.
public final class MapPressure {
    /// From this part on it is a problem.
    private static final double HIGH = 0.8;

    private static final Set<String> OF_SERVICES = Set.of(
            Maps.FRONTENDS.name(),
            Maps.BACKENDS.name(),
            Maps.SLOTS.name(),
            Maps.MEMBERS.name(),
            Maps.SOURCE_RANGES.name());

    private static final int STEP = 5;

    private static final long RECENT = Duration.ofSeconds(20).toNanos();

    private final Supplier<Map<String, BpfMap>> maps;
    private final TableSizes sizes;
    private final Supplier<Swept> swept;
    private Map<String, Double> known = Map.of();
    private long knownUntil = System.nanoTime();

    /// @param maps  by name
    /// @param sizes how many connections of each kind there is room for
    /// @param swept what the last collection of connections found
    public MapPressure(Supplier<Map<String, BpfMap>> maps, TableSizes sizes, Supplier<Swept> swept) {
        this.maps = maps;
        this.sizes = sizes;
        this.swept = swept;
    }

    Swept swept() {
        return swept.get();
    }

    /// Entries of each map as a part of what it has room for, for maps that fill.
    synchronized Map<String, Double> parts() {
        if (System.nanoTime() - knownUntil >= 0) {
            known = read(maps.get());
            knownUntil = System.nanoTime() + RECENT;
        }
        return known;
    }

    public List<Problem> problems() {
        List<Problem> problems = new ArrayList<>();
        Map<String, BpfMap> held = maps.get();
        parts().forEach((name, part) -> {
            BpfMap map = held.get(name);
            if (part >= HIGH && map != null && refuses(map)) {
                problems.add(new Problem("map", name, "is filled to " + step(part) + "; " + remedy(name)));
            }
        });
        if (swept.get().overflow() > 0) {
            problems.add(new Problem(
                    "map",
                    Maps.CT_OVERFLOW.name(),
                    "holds connections that found no room, because a pod has more than its share or all have too"
                            + " many: 'stentor maps ct_accounts' says who; bpf-ct-global-tcp-max and"
                            + " bpf-ct-global-any-max make room"));
        }
        BpfMap refusals = held.get(Maps.NAT_REFUSALS.name());
        if (refusals != null) {
            problems.addAll(NatRefusals.read(refusals).problems(System.nanoTime()));
        }
        return problems;
    }

    /// In steps, for a problem that calls itself otherwise is told anew.
    private static String step(double part) {
        int percent = (int) (part * 100) / STEP * STEP;
        return percent >= 100 ? "the last entry" : percent + " % or more";
    }

    private static String remedy(String map) {
        if (map.equals(Maps.CT_ANSWERED.name())) {
            return "bpf-ct-global-tcp-max and bpf-ct-global-any-max make room for connections";
        }
        if (map.equals(Maps.NAT.name())) {
            return "bpf-nat-global-max makes room for masqueraded connections";
        }
        if (OF_SERVICES.contains(map)) {
            return "Services that it has no room for are not served, and named; others are";
        }
        return "what it has no room for will not be reached";
    }

    /// The others make room by forgetting what was not used for longest.
    private static boolean refuses(BpfMap map) {
        return switch (map.spec().type()) {
            case HASH, LPM_TRIE -> true;
            default -> false;
        };
    }

    private Map<String, Double> read(Map<String, BpfMap> held) {
        Map<String, Double> parts = new LinkedHashMap<>();
        for (MapSpec<?, ?> spec : Maps.ALL) {
            BpfMap map = held.get(spec.name());
            if (map != null && fills(spec.type())) {
                parts.put(spec.name(), part(spec, map, held.get(Maps.CT_ACCOUNTS.name())));
            }
        }
        return parts;
    }

    private double part(MapSpec<?, ?> spec, BpfMap map, @org.jspecify.annotations.Nullable BpfMap accounts) {
        if (accounts != null && spec.equals(Maps.CT_ANSWERED)) {
            CtAccount all = account(accounts, CtHolder.ALL);
            return Math.max((double) all.tcp() / sizes.tcp(), (double) all.other() / sizes.other());
        }
        if (accounts != null && spec.equals(Maps.NAT)) {
            return (double) account(accounts, CtHolder.NAT).tcp() / sizes.nat();
        }
        return (double) map.keys().size() / map.spec().maxEntries();
    }

    private static CtAccount account(BpfMap accounts, int holder) {
        return accounts.lookup(BpfMap.index(holder))
                .map(CtAccount.CODEC::decode)
                .orElse(CtAccount.ZERO);
    }

    /// Arrays and rings always have all their room.
    static boolean fills(MapType type) {
        return switch (type) {
            case HASH, LRU_HASH, PERCPU_HASH, LRU_PERCPU_HASH, LPM_TRIE, HASH_OF_MAPS -> true;
            default -> false;
        };
    }
}
