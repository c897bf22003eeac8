package io.stentor.datapath.compile;

import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.MapSpec;
import io.stentor.kernel.bpf.UpdateMode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A map whose batches are done entry by entry, as programs that run meanwhile see them.
///
/// @param step runs after each entry
record SteppedMap(BpfMap map, Runnable step) implements BpfMap {

    @Override
    public MapSpec spec() {
        return map.spec();
    }

    @Override
    public int id() {
        return map.id();
    }

    @Override
    public int fd() {
        return map.fd();
    }

    @Override
    public Optional<byte[]> lookup(byte[] key) {
        return map.lookup(key);
    }

    @Override
    public void update(byte[] key, byte[] value, UpdateMode mode) {
        map.update(key, value, mode);
        step.run();
    }

    @Override
    public boolean delete(byte[] key) {
        boolean there = map.delete(key);
        step.run();
        return there;
    }

    @Override
    public void updateBatch(List<Entry> entries) {
        entries.forEach(entry -> update(entry.key(), entry.value()));
    }

    @Override
    public int deleteBatch(List<byte[]> keys) {
        return (int) keys.stream().filter(this::delete).count();
    }

    @Override
    public List<Entry> dump() {
        return map.dump();
    }

    @Override
    public void pin(Path path) {
        map.pin(path);
    }

    @Override
    public void close() {
        map.close();
    }
}
