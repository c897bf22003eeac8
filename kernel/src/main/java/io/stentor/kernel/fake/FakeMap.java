package io.stentor.kernel.fake;

import io.stentor.kernel.BatchFailed;
import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.UpdateMode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A descriptor for a [FakeTable]. Every operation is one entry of [FakeBpf#calls], a batch too.
public final class FakeMap implements BpfMap {
    private final FakeBpf bpf;
    private final FakeTable table;
    private final int fd;
    private boolean open = true;

    FakeMap(FakeBpf bpf, FakeTable table) {
        this.bpf = bpf;
        this.table = table;
        this.fd = bpf.handles().open(table);
    }

    FakeTable table() {
        requireOpen("map");
        return table;
    }

    @Override
    public MapSpec spec() {
        return table.spec();
    }

    @Override
    public int id() {
        return table.id();
    }

    @Override
    public int fd() {
        return open ? fd : -1;
    }

    @Override
    public Optional<byte[]> lookup(byte[] key) {
        requireOpen("BPF_MAP_LOOKUP_ELEM");
        bpf.called("lookup " + spec().name());
        return table.lookup(sized(key, spec().keySize(), "key"));
    }

    @Override
    public void update(byte[] key, byte[] value, UpdateMode mode) {
        requireOpen("BPF_MAP_UPDATE_ELEM");
        bpf.called("update " + spec().name());
        bpf.failIfAsked("BPF_MAP_UPDATE_ELEM", spec().name());
        put("BPF_MAP_UPDATE_ELEM", key, value, mode);
    }

    private void put(String call, byte[] key, byte[] value, UpdateMode mode) {
        byte[] kept = bpf.handles().resolve(call, spec(), sized(value, table.valueBytes(bpf.possibleCpus()), "value"));
        int errno = table.put(sized(key, spec().keySize(), "key"), kept, mode);
        if (errno != 0) {
            throw new KernelException(call, toString(), errno, "");
        }
    }

    @Override
    public boolean delete(byte[] key) {
        requireOpen("BPF_MAP_DELETE_ELEM");
        bpf.called("delete " + spec().name());
        bpf.failIfAsked("BPF_MAP_DELETE_ELEM", spec().name());
        return remove("BPF_MAP_DELETE_ELEM", key);
    }

    private boolean remove(String call, byte[] key) {
        int errno = table.remove(sized(key, spec().keySize(), "key"));
        if (errno != 0 && errno != Errno.ENOENT) {
            throw new KernelException(call, toString(), errno, "");
        }
        return errno == 0;
    }

    @Override
    public void updateBatch(List<Entry> entries) {
        requireOpen("BPF_MAP_UPDATE_BATCH");
        if (entries.isEmpty()) {
            return;
        }
        bpf.called("updateBatch " + spec().name() + " " + entries.size());
        int done = 0;
        try {
            for (Entry entry : entries) {
                bpf.failIfAsked("BPF_MAP_UPDATE_BATCH", spec().name());
                put("BPF_MAP_UPDATE_BATCH", entry.key(), entry.value(), UpdateMode.ANY);
                done++;
            }
        } catch (KernelException e) {
            throw new BatchFailed(e.call(), toString(), e.errno(), done);
        }
    }

    @Override
    public int deleteBatch(List<byte[]> keys) {
        requireOpen("BPF_MAP_DELETE_BATCH");
        if (keys.isEmpty()) {
            return 0;
        }
        bpf.called("deleteBatch " + spec().name() + " " + keys.size());
        int passed = 0;
        int deleted = 0;
        try {
            for (byte[] key : keys) {
                bpf.failIfAsked("BPF_MAP_DELETE_BATCH", spec().name());
                deleted += remove("BPF_MAP_DELETE_BATCH", key) ? 1 : 0;
                passed++;
            }
        } catch (KernelException e) {
            throw new BatchFailed(e.call(), toString(), e.errno(), passed);
        }
        return deleted;
    }

    @Override
    public List<Entry> dump() {
        requireOpen("BPF_MAP_LOOKUP_BATCH");
        bpf.called("dump " + spec().name());
        return table.dump();
    }

    @Override
    public void pin(Path path) {
        requireOpen("BPF_OBJ_PIN");
        bpf.called("pin " + path);
        bpf.handles().pin(path, table);
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            bpf.handles().close(fd);
        }
    }

    private void requireOpen(String call) {
        if (!open) {
            throw new KernelException(call, toString(), Errno.EBADF, "");
        }
    }

    private byte[] sized(byte[] bytes, int size, String what) {
        if (bytes.length != size) {
            throw new IllegalArgumentException(what + " of " + this + " has " + size + " bytes, not " + bytes.length);
        }
        return bytes;
    }

    @Override
    public String toString() {
        return "map " + spec().name() + " (" + id() + ")";
    }
}
