package io.stentor.datapath.attach;

import static java.lang.System.Logger.Level.DEBUG;

import io.stentor.bpf.MapOwner;
import io.stentor.bpf.described.Description;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.carry.MapCarry;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.Problem;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// All maps of one owner that two layouts have, open as long as entries go from the one to the other. What goes wrong
/// with one map is told and leaves the others alone.
final class LayoutCarry implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("takeover");

    /// What finds no room where connections are in use goes where they begin: there their next packet finds it.
    private static final Map<String, String> SPILL =
            Map.of(Maps.CT_ANSWERED.name(), Maps.CT_UNANSWERED.name(), Maps.NAT.name(), Maps.NAT_UNANSWERED.name());

    private final Bpf bpf;
    private final PinnedLayout from;
    private final PinnedLayout to;
    private final List<BpfMap> opened = new ArrayList<>();
    private final List<MapCarry> carries = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    LayoutCarry(Bpf bpf, PinnedLayout from, PinnedLayout to, MapOwner owner) {
        this.bpf = bpf;
        this.from = from;
        this.to = to;
        try {
            open(owner);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /// A place where what is left over goes comes before what leaves it over.
    private void open(MapOwner owner) {
        List<MapCarry> spilling = new ArrayList<>();
        for (String name : to.description().maps()) {
            Description.MapLine map = to.description().map(name).orElseThrow();
            if (map.owner() == owner && isCarried(name, map.type())) {
                Optional<BpfMap> spill = Optional.ofNullable(SPILL.get(name)).flatMap(other -> open(to, other));
                carry(name).ifPresent(carry -> {
                    spill.ifPresent(carry::spillingInto);
                    (spill.isPresent() ? spilling : carries).add(carry);
                });
            }
        }
        carries.addAll(spilling);
    }

    private static boolean isCarried(String name, String type) {
        return !name.equals(Maps.TAKEOVER.name())
                && switch (type) {
                    case "HASH", "ARRAY", "LRU_HASH", "LPM_TRIE", "PERCPU_HASH", "PERCPU_ARRAY", "LRU_PERCPU_HASH" ->
                        true;
                    default -> false;
                };
    }

    private Optional<MapCarry> carry(String name) {
        Optional<BpfMap> old = open(from, name);
        Optional<BpfMap> made = open(to, name);
        if (old.isEmpty() || made.isEmpty()) {
            return Optional.empty();
        }
        try {
            MapCarry.Maps maps = new MapCarry.Maps(name, old.get(), made.get());
            return Optional.of(new MapCarry(maps, from.description(), to.description(), bpf.possibleCpus()));
        } catch (IllegalArgumentException different) {
            problems.add(impossible(name, different.getMessage()));
            return Optional.empty();
        }
    }

    private static Problem impossible(String map, String why) {
        return new Problem(
                "map",
                map,
                "cannot be taken over from the agent before: " + why + ". Connections in it may have to begin anew");
    }

    private Optional<BpfMap> open(PinnedLayout layout, String name) {
        Optional<BpfMap> map = layout.map(bpf, name);
        map.ifPresent(opened::add);
        return map;
    }

    /// As long as no program works on the new maps.
    void copy() {
        each(MapCarry::copy);
    }

    /// While programs work on them.
    void follow() {
        each(MapCarry::follow);
    }

    private void each(Consumer<MapCarry> step) {
        for (Iterator<MapCarry> rest = carries.iterator(); rest.hasNext(); ) {
            MapCarry carry = rest.next();
            try {
                step.accept(carry);
            } catch (KernelException refused) {
                problems.add(impossible(carry.result().map(), refused.getMessage()));
                rest.remove();
            }
        }
    }

    /// Of all maps.
    int entries() {
        return carries.stream().mapToInt(carry -> carry.result().carried()).sum();
    }

    /// What could not be carried.
    List<Problem> problems() {
        List<Problem> all = new ArrayList<>(problems);
        for (MapCarry carry : carries) {
            MapCarry.Result result = carry.result();
            LOG.log(DEBUG, () -> result.toString());
            int lost = result.inconvertible() + result.noRoom();
            if (lost > 0) {
                all.add(new Problem(
                        "map",
                        result.map(),
                        lost + " entries of the agent before could not be taken over: " + result.noRoom()
                                + " found no room, " + result.inconvertible() + " hold what this version has no field"
                                + " for. Connections among them may have to begin anew"));
            }
        }
        return all;
    }

    @Override
    public void close() {
        opened.forEach(BpfMap::close);
        opened.clear();
    }
}
