package io.stentor.datapath.attach;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.UpdateMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A map that lives as long as it is held, with what is in it and which programs it calls.
final class LivingMap implements BpfMap {
    final Map<Integer, BpfProgram> calls = new HashMap<>();
    final TreeMap<ByteBuffer, byte[]> entries = new TreeMap<>();
    private final LifetimeKernel kernel;
    private final MapSpec spec;
    private final int id;

    LivingMap(LifetimeKernel kernel, MapSpec spec, int id) {
        this.kernel = kernel;
        this.spec = spec;
        this.id = id;
    }

    @Override
    public MapSpec spec() {
        return spec;
    }

    @Override
    public void put(int index, BpfProgram program) {
        kernel.step();
        if (kernel.refusesCalls && spec.name().equals("former")) {
            throw new KernelException("BPF_MAP_UPDATE_ELEM", spec.name(), Errno.EINVAL, "");
        }
        calls.put(index, program);
    }

    @Override
    public void pin(Path path) {
        kernel.step();
        kernel.pin(path, this);
    }

    @Override
    public void close() {
        kernel.closed(this);
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public int fd() {
        return 1;
    }

    @Override
    public Optional<byte[]> lookup(byte[] key) {
        byte[] nothing = spec.type().array() ? new byte[spec.valueSize()] : null;
        return Optional.ofNullable(entries.getOrDefault(ByteBuffer.wrap(key), nothing));
    }

    @Override
    public void update(byte[] key, byte[] value, UpdateMode mode) {
        kernel.step();
        boolean there = entries.containsKey(ByteBuffer.wrap(key));
        if (mode == UpdateMode.NOEXIST && there) {
            throw new KernelException("BPF_MAP_UPDATE_ELEM", spec.name(), Errno.EEXIST, "");
        }
        if (mode == UpdateMode.EXIST && !there) {
            throw new KernelException("BPF_MAP_UPDATE_ELEM", spec.name(), Errno.ENOENT, "");
        }
        entries.put(ByteBuffer.wrap(key.clone()), value.clone());
    }

    @Override
    public boolean delete(byte[] key) {
        kernel.step();
        calls.remove(ByteBuffer.wrap(key).order(ByteOrder.nativeOrder()).getInt());
        return entries.remove(ByteBuffer.wrap(key)) != null;
    }

    @Override
    public void updateBatch(List<Entry> batch) {
        batch.forEach(entry -> update(entry.key(), entry.value()));
    }

    @Override
    public int deleteBatch(List<byte[]> keys) {
        throw new UnsupportedOperationException();
    }

    /// A copy: programs go on writing while it is looked through.
    @Override
    public List<Entry> dump() {
        List<Entry> all = new ArrayList<>();
        entries.forEach((key, value) -> {
            byte[] bytes = new byte[key.limit()];
            key.get(0, bytes);
            all.add(new Entry(bytes, value));
        });
        return all;
    }
}
