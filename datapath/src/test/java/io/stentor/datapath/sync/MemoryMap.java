package io.stentor.datapath.sync;

import io.stentor.bpf.Codec;
import io.stentor.bpf.MapOwner;
import io.stentor.bpf.MapSpec.Shape;
import io.stentor.bpf.MapType;
import io.stentor.kernel.BatchFailed;
import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.UpdateMode;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A map of numbers whose every single write can be watched, refused, or be the last before the agent is killed.
final class MemoryMap implements BpfMap {
    /// The agent ends here.
    static final class Killed extends RuntimeException {}

    final io.stentor.bpf.MapSpec<Integer, Integer> spec;
    final Map<Integer, Integer> content = new LinkedHashMap<>();
    final Set<Integer> refused = new HashSet<>();
    int reads;
    int calls;
    boolean unreadable;

    /// As tries were before kernel 6.13: full means no new value for an old key either.
    boolean refusesWhenFull;

    /// Runs before every write.
    Runnable watch = () -> {};

    MemoryMap(String name, MapType type, int maxEntries) {
        Shape shape = new Shape(maxEntries, 0, MapOwner.AGENT, Optional.empty());
        spec = new io.stentor.bpf.MapSpec<>(name, type, Codec.U32, Codec.U32, shape);
    }

    MapImage<Integer, Integer> image(Map<Integer, Integer> entries) {
        return MapImage.of(spec, entries);
    }

    private boolean isArray() {
        return spec.type() == MapType.ARRAY;
    }

    @Override
    public MapSpec spec() {
        return MapSpec.of(
                spec.name(),
                io.stentor.kernel.bpf.MapType.of(spec.type().code()),
                4,
                4,
                spec.shape().maxEntries());
    }

    private OptionalInt write(int key, @Nullable Integer value) {
        watch.run();
        if (refused.contains(key)) {
            return OptionalInt.of(Errno.EBUSY);
        }
        if (isArray() && key >= spec.shape().maxEntries()) {
            return OptionalInt.of(Errno.E2BIG);
        }
        if (value == null) {
            if (isArray()) {
                return OptionalInt.of(Errno.EINVAL);
            }
            content.remove(key);
        } else if (content.size() < spec.shape().maxEntries() || (content.containsKey(key) && !refusesWhenFull)) {
            content.put(key, value);
        } else {
            return OptionalInt.of(spec.type() == MapType.LPM_TRIE ? Errno.ENOSPC : Errno.E2BIG);
        }
        return OptionalInt.empty();
    }

    @Override
    public void updateBatch(List<Entry> entries) {
        calls++;
        for (int i = 0; i < entries.size(); i++) {
            OptionalInt errno = write(
                    Codec.U32.decode(entries.get(i).key()),
                    Codec.U32.decode(entries.get(i).value()));
            if (errno.isPresent()) {
                throw new BatchFailed("BPF_MAP_UPDATE_BATCH", spec.name(), errno.getAsInt(), i);
            }
        }
    }

    @Override
    public int deleteBatch(List<byte[]> keys) {
        calls++;
        int before = content.size();
        for (int i = 0; i < keys.size(); i++) {
            OptionalInt errno = write(Codec.U32.decode(keys.get(i)), null);
            if (errno.isPresent()) {
                throw new BatchFailed("BPF_MAP_DELETE_BATCH", spec.name(), errno.getAsInt(), i);
            }
        }
        return before - content.size();
    }

    @Override
    public List<Entry> dump() {
        reads++;
        if (unreadable) {
            throw new KernelException("BPF_MAP_LOOKUP_BATCH", spec.name(), Errno.EPERM, "");
        }
        Map<Integer, Integer> all = new LinkedHashMap<>(content);
        for (int i = 0; isArray() && i < spec.shape().maxEntries(); i++) {
            all.putIfAbsent(i, 0);
        }
        return all.entrySet().stream()
                .map(e -> new Entry(Codec.U32.encode(e.getKey()), Codec.U32.encode(e.getValue())))
                .toList();
    }

    @Override
    public Optional<byte[]> lookup(byte[] key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void update(byte[] key, byte[] value, UpdateMode mode) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean delete(byte[] key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void pin(Path path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int id() {
        return 1;
    }

    @Override
    public int fd() {
        return 1;
    }

    @Override
    public void close() {}
}
