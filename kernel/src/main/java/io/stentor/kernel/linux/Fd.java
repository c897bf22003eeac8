package io.stentor.kernel.linux;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/// A file descriptor that is closed once.
final class Fd implements AutoCloseable {
    private static final int AT_FDCWD = -100;
    private static final int O_CLOEXEC = 0x80000;
    private static final int F_DUPFD_CLOEXEC = 1030;

    private final AtomicInteger number;

    Fd(long number) {
        this.number = new AtomicInteger(Math.toIntExact(number));
    }

    static Fd open(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            long name = arena.allocateFrom(path.toString()).address();
            return new Fd(Syscall.must(path.toString(), Sys.OPENAT, AT_FDCWD, name, O_CLOEXEC));
        }
    }

    /// Another descriptor for what `number` is open on.
    static Fd copy(int number) {
        return new Fd(Syscall.must("descriptor " + number, Sys.FCNTL, number, F_DUPFD_CLOEXEC, 3));
    }

    /// The descriptor; -1, at which every call fails with EBADF, once it is closed.
    int number() {
        return number.get();
    }

    @Override
    public void close() {
        int closing = number.getAndSet(-1);
        if (closing >= 0) {
            long result = Syscall.call(Sys.CLOSE, closing, 0, 0);
            if (result == -Errno.EBADF) {
                throw new KernelException("close", "descriptor " + closing, Errno.EBADF, "closed by someone else");
            }
        }
    }
}
