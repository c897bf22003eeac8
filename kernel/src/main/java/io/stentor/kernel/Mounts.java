package io.stentor.kernel;

import java.nio.file.Path;
import java.util.Optional;

/// Mounts of the calling thread's mount namespace.
public interface Mounts {

    /// Whether `directory` exists and lies on a bpf file system.
    boolean isBpffs(Path directory);

    /// Makes `directory` (and its parents) and mounts a bpf file system there unless it lies on one already.
    ///
    /// @return true if it was mounted now
    boolean ensureBpffs(Path directory);

    /// @return false if nothing was mounted there
    boolean unmount(Path directory);

    /// Where the cgroup2 hierarchy is mounted; `/sys/fs/cgroup` or, on hybrid hosts, elsewhere.
    Optional<Path> cgroup2();
}
