package io.stentor.datapath.attach;

import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.BpfProgram;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.UpdateMode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A map of which it counts that it lives, and which programs it calls.
final class LivingMap implements BpfMap {
    final Map<Integer, BpfProgram> calls = new HashMap<>();
    private final LifetimeKernel kernel;
    private final MapSpec spec;

    LivingMap(LifetimeKernel kernel, MapSpec spec) {
        this.kernel = kernel;
        this.spec = spec;
    }

    @Override
    public MapSpec spec() {
        return spec;
    }

    @Override
    public void put(int index, BpfProgram program) {
        kernel.step();
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
        return 1;
    }

    @Override
    public int fd() {
        return 1;
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
    public void updateBatch(List<Entry> entries) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int deleteBatch(List<byte[]> keys) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Entry> dump() {
        throw new UnsupportedOperationException();
    }
}
