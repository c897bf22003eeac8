package io.stentor.kernel.fake;

import io.stentor.kernel.Mounts;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Mounts that are only remembered: a bpf file system at `/sys/fs/bpf`, cgroup2 at `/sys/fs/cgroup`.
public final class FakeMounts implements Mounts {
    private final Set<Path> bpffs = new HashSet<>(Set.of(Path.of("/sys/fs/bpf")));

    FakeMounts() {}

    @Override
    public synchronized boolean isBpffs(Path directory) {
        return bpffs.stream().anyMatch(directory::startsWith);
    }

    @Override
    public synchronized boolean ensureBpffs(Path directory) {
        return !isBpffs(directory) && bpffs.add(directory);
    }

    @Override
    public synchronized boolean unmount(Path directory) {
        return bpffs.remove(directory);
    }

    @Override
    public Optional<Path> cgroup2() {
        return Optional.of(Path.of("/sys/fs/cgroup"));
    }
}
