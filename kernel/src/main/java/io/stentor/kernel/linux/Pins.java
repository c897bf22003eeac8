package io.stentor.kernel.linux;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.linux.BpfCall.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Names for kernel objects on a bpf file system.
final class Pins {
    private Pins() {}

    static void pin(int fd, Path path) {
        Path directory = path.toAbsolutePath().getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            try {
                Files.createDirectories(directory);
            } catch (IOException e) {
                throw new KernelException("mkdir", directory.toString(), Errno.EIO, e.toString());
            }
        }
        try (var call = new BpfCall(Command.OBJ_PIN)) {
            call.path(0, path.toString()).u32(8, fd).must(path.toString());
        }
    }

    /// @param kind what must be there, see [BpfInfo#kind]
    static Optional<Fd> open(Path path, String kind) {
        Fd fd;
        try (var call = new BpfCall(Command.OBJ_GET)) {
            int result = call.path(0, path.toString()).call();
            if (result == -Errno.ENOENT) {
                return Optional.empty();
            }
            if (result < 0) {
                throw call.failure(path.toString(), -result, "");
            }
            fd = new Fd(result);
        }
        String found = BpfInfo.kind(fd.number());
        if (!found.equals(kind)) {
            fd.close();
            throw new KernelException("BPF_OBJ_GET", path.toString(), Errno.EINVAL, "a " + found + ", no " + kind);
        }
        return Optional.of(fd);
    }

    static boolean remove(Path path) {
        try {
            return Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new KernelException("unlink", path.toString(), Errno.EBUSY, e.toString());
        }
    }
}
