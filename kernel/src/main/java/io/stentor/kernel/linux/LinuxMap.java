package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.stentor.kernel.Errno;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.UpdateMode;
import io.stentor.kernel.linux.BpfCall.Command;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// A map of the running kernel.
final class LinuxMap implements BpfMap {
    private final Fd fd;
    private final int id;
    private final MapSpec spec;
    private final int valueBytes;

    private LinuxMap(Fd fd, int id, MapSpec spec) {
        this.fd = fd;
        this.id = id;
        this.spec = spec;
        this.valueBytes = spec.type().perCpu() ? ((spec.valueSize() + 7) & ~7) * Cpus.POSSIBLE : spec.valueSize();
    }

    /// Takes over the descriptor.
    static LinuxMap of(Fd fd) {
        try {
            BpfInfo.MapInfo info = BpfInfo.map(fd.number());
            return new LinuxMap(fd, info.id(), info.spec());
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    static LinuxMap create(MapSpec spec) {
        Optional<LinuxMap> inner = spec.inner().map(LinuxMap::create);
        try (var call = new BpfCall(Command.MAP_CREATE)) {
            call.u32(0, spec.type().number())
                    .u32(4, spec.keySize())
                    .u32(8, spec.valueSize())
                    .u32(12, spec.maxEntries())
                    .u32(16, spec.flags())
                    .u32(20, inner.map(LinuxMap::fd).orElse(0))
                    .name(28, spec.name());
            var fd = new Fd(call.must(spec.toString()));
            // asked rather than assumed: the kernel rounds the flags of some kinds
            BpfInfo.MapInfo info = BpfInfo.map(fd.number());
            return new LinuxMap(fd, info.id(), info.spec());
        } finally {
            inner.ifPresent(LinuxMap::close);
        }
    }

    @Override
    public MapSpec spec() {
        return spec;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public int fd() {
        return fd.number();
    }

    /// Bytes of one value as system calls carry it.
    int valueBytes() {
        return valueBytes;
    }

    @Override
    public Optional<byte[]> lookup(byte[] key) {
        check(key, spec.keySize(), "key");
        try (var call = new BpfCall(Command.MAP_LOOKUP_ELEM)) {
            var value = call.allocate(valueBytes);
            int result = call.u32(0, fd()).bytes(8, key).pointer(16, value).call();
            if (result == -Errno.ENOENT) {
                return Optional.empty();
            }
            if (result < 0) {
                throw call.failure(title(), -result, "");
            }
            return Optional.of(value.asSlice(0, valueBytes).toArray(JAVA_BYTE));
        }
    }

    @Override
    public void update(byte[] key, byte[] value, UpdateMode mode) {
        check(key, spec.keySize(), "key");
        check(value, valueBytes, "value");
        try (var call = new BpfCall(Command.MAP_UPDATE_ELEM)) {
            call.u32(0, fd())
                    .bytes(8, key)
                    .bytes(16, value)
                    .u64(24, mode.flag())
                    .must(title());
        }
    }

    @Override
    public boolean delete(byte[] key) {
        check(key, spec.keySize(), "key");
        try (var call = new BpfCall(Command.MAP_DELETE_ELEM)) {
            int result = call.u32(0, fd()).bytes(8, key).call();
            if (result < 0 && result != -Errno.ENOENT) {
                throw call.failure(title(), -result, "");
            }
            return result == 0;
        }
    }

    @Override
    public void updateBatch(List<Entry> entries) {
        for (Entry entry : entries) {
            check(entry.key(), spec.keySize(), "key");
            check(entry.value(), valueBytes, "value");
        }
        MapBatches.update(this, entries);
    }

    @Override
    public int deleteBatch(List<byte[]> keys) {
        for (byte[] key : keys) {
            check(key, spec.keySize(), "key");
        }
        return MapBatches.delete(this, keys);
    }

    @Override
    public List<Entry> dump() {
        List<Entry> all = new ArrayList<>();
        visit(all::add);
        return all;
    }

    @Override
    public void visit(Consumer<Entry> visitor) {
        MapBatches.visit(this, visitor);
    }

    @Override
    public void pin(Path path) {
        Pins.pin(fd(), path);
    }

    @Override
    public void close() {
        fd.close();
    }

    /// For messages.
    String title() {
        return "map " + spec.name() + " (" + id + ")";
    }

    private void check(byte[] bytes, int size, String what) {
        if (bytes.length != size) {
            throw new IllegalArgumentException(
                    what + " of " + title() + " has " + size + " bytes, not " + bytes.length);
        }
    }

    @Override
    public String toString() {
        return title();
    }
}
