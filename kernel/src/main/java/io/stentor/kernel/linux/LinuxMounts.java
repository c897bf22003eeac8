package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.Mounts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Mounts of the calling thread's mount namespace.
public final class LinuxMounts implements Mounts {
    private static final long BPF_FS_MAGIC = 0xcafe4a11L;
    private static final long MS_BIND = 4096;
    private static final long MNT_DETACH = 2;
    private static final int STATFS_SIZE = 256;

    @Override
    public boolean isBpffs(Path directory) {
        try (Arena arena = Arena.ofConfined()) {
            var answer = arena.allocate(STATFS_SIZE, 8);
            long name = arena.allocateFrom(directory.toString()).address();
            long result = Syscall.call(Sys.STATFS, name, answer.address(), 0);
            return result == 0 && (answer.get(JAVA_LONG, 0) & 0xffffffffL) == BPF_FS_MAGIC;
        }
    }

    @Override
    public boolean ensureBpffs(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new KernelException("mkdir", directory.toString(), Errno.EIO, e.toString());
        }
        if (isBpffs(directory)) {
            return false;
        }
        mount("bpf", directory, "bpf", 0);
        return true;
    }

    @Override
    public boolean unmount(Path directory) {
        return detach(directory);
    }

    @Override
    public Optional<Path> cgroup2() {
        List<String> mounts;
        try {
            mounts = Files.readAllLines(Path.of("/proc/thread-self/mountinfo"));
        } catch (IOException e) {
            throw new KernelException("read", "/proc/thread-self/mountinfo", Errno.EIO, e.toString());
        }
        // What was mounted later may hide what was there before.
        for (String mount : mounts.reversed()) {
            // "36 35 98:0 /root /where options - type source options", spaces written as \040
            String[] halves = mount.split(" - ", 2);
            if (halves.length == 2 && halves[1].startsWith("cgroup2 ")) {
                String[] fields = halves[0].split(" ", -1);
                return Optional.of(Path.of(fields[4].replace("\\040", " ")));
            }
        }
        return Optional.empty();
    }

    static void bind(Path what, Path where) {
        mount(what.toString(), where, "none", MS_BIND);
    }

    static boolean detach(Path where) {
        try (Arena arena = Arena.ofConfined()) {
            long name = arena.allocateFrom(where.toString()).address();
            long result = Syscall.call(Sys.UMOUNT, name, MNT_DETACH, 0);
            if (result == -Errno.EINVAL || result == -Errno.ENOENT) {
                return false;
            }
            if (result < 0) {
                throw new KernelException("umount", where.toString(), (int) -result, "");
            }
            return true;
        }
    }

    private static void mount(String what, Path where, String type, long flags) {
        try (Arena arena = Arena.ofConfined()) {
            Syscall.must(
                    where.toString(),
                    Sys.MOUNT,
                    arena.allocateFrom(what).address(),
                    arena.allocateFrom(where.toString()).address(),
                    arena.allocateFrom(type).address(),
                    flags,
                    0,
                    0);
        }
    }
}
