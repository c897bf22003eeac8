package io.stentor.datapath.carry;

import io.stentor.bpf.described.Description;
import io.stentor.datapath.sync.ByteString;
import io.stentor.kernel.BatchFailed;
import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfMap.Entry;
import io.stentor.kernel.bpf.UpdateMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes a map hold what another build's, or one of another size, holds; again and again, each time what has changed
/// since. What an entry was carried as is remembered, so that what the programs have done with it is told from that.
///
/// Order of use is not carried: in an LRU map all entries are as young as each other.
public final class MapCarry {
    private final String name;
    private final BpfMap from;
    private final BpfMap to;
    private final EntryForm form;
    private Optional<BpfMap> spill = Optional.empty();
    private Map<ByteString, byte[]> carried = Map.of();
    private final Set<ByteString> lost = new HashSet<>();
    private int inconvertible;

    /// Where the maps are. The caller closes them.
    public record Maps(String name, BpfMap from, BpfMap to) {}

    /// How it went, in entries.
    ///
    /// @param inconvertible in which something has no room in its new field
    /// @param noRoom        for which the map had no room
    public record Result(String map, int carried, int inconvertible, int noRoom) {}

    /// @param cpus possible ones, for per-CPU maps
    /// @throws IllegalArgumentException with a sentence if entries of the one cannot be the other's
    public MapCarry(Maps maps, Description was, Description is, int cpus) {
        this.name = maps.name;
        this.from = maps.from;
        this.to = maps.to;
        this.form = EntryForm.of(name, was, is, cpus);
        if (!form.fits(from.spec(), to.spec())) {
            throw new IllegalArgumentException("it is not as described: " + from.spec() + ", " + to.spec());
        }
    }

    /// Gives what finds no room a place in another map of the same layout, which programs look into as well.
    public MapCarry spillingInto(BpfMap other) {
        spill = Optional.of(other);
        return this;
    }

    /// As long as no program works on the new map.
    public void copy() {
        Map<ByteString, byte[]> now = read();
        List<Entry> changed = new ArrayList<>();
        now.forEach((key, value) -> {
            if (!Arrays.equals(value, carried.get(key))) {
                changed.add(new Entry(key.toArray(), value));
            }
        });
        for (ByteString key : carried.keySet()) {
            if (!now.containsKey(key)) {
                remove(key);
            }
        }
        write(changed);
        carried = now;
    }

    /// While programs work on the new map: what they have made, changed or ended there since stays as it is. They count
    /// in arrays from the first packet on, so these are left alone.
    public void follow() {
        if (to.spec().type().array()) {
            return;
        }
        Map<ByteString, byte[]> now = read();
        now.forEach((key, value) -> {
            byte[] before = carried.get(key);
            if (!Arrays.equals(value, before) && isUntouched(key, before)) {
                write(new Entry(key.toArray(), value), before == null ? UpdateMode.NOEXIST : UpdateMode.EXIST);
            }
        });
        carried.forEach((key, before) -> {
            if (!now.containsKey(key) && isUntouched(key, before)) {
                remove(key);
            }
        });
        carried = now;
    }

    /// @param before null if it was not carried
    private boolean isUntouched(ByteString key, byte @Nullable [] before) {
        return Arrays.equals(to.lookup(key.toArray()).orElse(null), before);
    }

    public Result result() {
        return new Result(name, carried.size() - lost.size(), inconvertible, lost.size());
    }

    private Map<ByteString, byte[]> read() {
        Map<ByteString, byte[]> now = new HashMap<>();
        inconvertible = 0;
        from.visit(entry -> {
            // an array has an entry at every index: those that nobody wrote are zero in the new one
            if (from.spec().type().array() && isZero(entry.value())) {
                return;
            }
            form.apply(entry)
                    .ifPresentOrElse(made -> now.put(ByteString.wrap(made.key()), made.value()), () -> inconvertible++);
        });
        return now;
    }

    private static boolean isZero(byte[] bytes) {
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private void remove(ByteString key) {
        if (to.spec().type().array()) {
            int size = carried.getOrDefault(key, new byte[0]).length;
            write(new Entry(key.toArray(), new byte[size]), UpdateMode.ANY);
        } else {
            to.delete(key.toArray());
        }
        lost.remove(key);
    }

    private void write(List<Entry> entries) {
        int done = 0;
        try {
            to.updateBatch(entries);
            done = entries.size();
        } catch (BatchFailed full) {
            done = full.done();
        }
        for (Entry entry : entries.subList(done, entries.size())) {
            write(entry, UpdateMode.ANY);
        }
        entries.subList(0, done).forEach(entry -> lost.remove(ByteString.wrap(entry.key())));
    }

    private void write(Entry entry, UpdateMode mode) {
        ByteString key = ByteString.wrap(entry.key());
        try {
            to.update(entry.key(), entry.value(), mode);
            lost.remove(key);
        } catch (KernelException refused) {
            // A program that was quicker is right.
            boolean overtaken = refused.errno() == Errno.EEXIST || refused.errno() == Errno.ENOENT;
            if (!overtaken && !isSpilled(entry)) {
                lost.add(key);
            }
        }
    }

    private boolean isSpilled(Entry entry) {
        try {
            spill.ifPresent(other -> other.update(entry.key(), entry.value(), UpdateMode.ANY));
            return spill.isPresent();
        } catch (KernelException full) {
            return false;
        }
    }
}
