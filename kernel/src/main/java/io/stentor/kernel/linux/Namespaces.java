package io.stentor.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.stentor.kernel.Errno;
import io.stentor.kernel.Kernel;
import io.stentor.kernel.KernelException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Entering, making and dropping namespaces, always on a platform thread that ends with the deed: a thread that has
/// entered a namespace is of no use to anybody else.
public final class Namespaces {
    private static final long CLONE_FS = 0x200;
    private static final long CLONE_NEWNET = 0x40000000;
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM_CLOEXEC = 0x80002;
    private static final int SOL_SOCKET = 1;
    private static final int SO_NETNS_COOKIE = 71;
    private static final Path THREAD_NETNS = Path.of("/proc/thread-self/ns/net");

    private Namespaces() {}

    /// See [Kernel#inNamespaces]. Files are opened by the caller, so that paths mean what they mean to it.
    public static <T, X extends Exception> T enter(List<Path> namespaces, Kernel.Body<T, X> body) throws X {
        Fd[] fds = new Fd[namespaces.size()];
        try {
            for (int i = 0; i < fds.length; i++) {
                fds[i] = Fd.open(namespaces.get(i));
            }
            return onFreshThread(() -> {
                // a mount namespace is only entered by a thread with a root and working directory of its own
                Syscall.must("CLONE_FS", Sys.UNSHARE, CLONE_FS, 0, 0);
                for (int i = 0; i < fds.length; i++) {
                    Syscall.must(namespaces.get(i).toString(), Sys.SETNS, fds[i].number(), 0, 0);
                }
                return body.call();
            });
        } finally {
            for (Fd fd : fds) {
                if (fd != null) {
                    fd.close();
                }
            }
        }
    }

    /// Opens a socket in the namespace of `netns`; it belongs there whoever uses it.
    static NlSocket socketIn(Fd netns, int groups) {
        return onFreshThread(() -> {
            Syscall.must("network namespace", Sys.SETNS, netns.number(), CLONE_NEWNET, 0);
            return NlSocket.open(groups);
        });
    }

    /// As [#socketIn], for the sockets that are open there.
    static NlSocket diagnosticsIn(Fd netns) {
        return onFreshThread(() -> {
            Syscall.must("network namespace", Sys.SETNS, netns.number(), CLONE_NEWNET, 0);
            return NlSocket.diagnostics();
        });
    }

    public static void create(Path file) {
        try {
            Files.createFile(file);
        } catch (FileAlreadyExistsException e) {
            throw new KernelException("create network namespace", file.toString(), Errno.EEXIST, "");
        } catch (IOException e) {
            throw new KernelException("create network namespace", file.toString(), Errno.EIO, e.toString());
        }
        try {
            onFreshThread(() -> {
                Syscall.must("CLONE_NEWNET", Sys.UNSHARE, CLONE_NEWNET, 0, 0);
                LinuxMounts.bind(THREAD_NETNS, file);
                return file;
            });
        } catch (KernelException e) {
            remove(file);
            throw e;
        }
    }

    /// The number by which the kernel tells the calling thread's network namespace from all others; 0 where it does not
    /// tell.
    public static long cookie() {
        try (Arena arena = Arena.ofConfined();
                Fd socket = new Fd(Syscall.must("socket", Sys.SOCKET, AF_INET, SOCK_DGRAM_CLOEXEC, 0))) {
            MemorySegment value = arena.allocate(JAVA_LONG);
            MemorySegment size = arena.allocateFrom(JAVA_INT, (int) JAVA_LONG.byteSize());
            long result = Syscall.call(
                    Sys.GETSOCKOPT, socket.number(), SOL_SOCKET, SO_NETNS_COOKIE, value.address(), size.address(), 0);
            return result == 0 ? value.get(JAVA_LONG, 0) : 0;
        }
    }

    /// Runs `body` in a network namespace of its own, which ends with it.
    static <T, X extends Exception> T inFresh(Kernel.Body<T, X> body) throws X {
        return onFreshThread(() -> {
            Syscall.must("CLONE_NEWNET", Sys.UNSHARE, CLONE_NEWNET, 0, 0);
            return body.call();
        });
    }

    public static boolean delete(Path file) {
        if (!Files.exists(file)) {
            return false;
        }
        LinuxMounts.detach(file);
        return remove(file);
    }

    private static boolean remove(Path file) {
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new KernelException("unlink", file.toString(), Errno.EBUSY, e.toString());
        }
    }

    private static <T, X extends Exception> T onFreshThread(Kernel.Body<T, X> body) throws X {
        var outcome = new Outcome<T>();
        Thread thread = Thread.ofPlatform().name("namespace").unstarted(() -> {
            try {
                outcome.value = body.call();
            } catch (Throwable failure) {
                outcome.failure = failure;
            }
        });
        thread.start();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return outcome.get();
    }

    private static final class Outcome<T> {
        private @Nullable T value;
        private @Nullable Throwable failure;

        @SuppressWarnings({"unchecked", "NullAway"})
        private <X extends Exception> T get() throws X {
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure != null) {
                throw (X) failure;
            }
            return value;
        }
    }
}
