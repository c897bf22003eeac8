package io.stentor.kernel;

import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.net.Connection;
import io.stentor.kernel.net.Netlink;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// The one door to Linux. [Linux] is the real one, `io.stentor.kernel.fake.FakeKernel` stands in for it in tests.
///
/// All methods may be called from any platform thread. Failures are [KernelException] and its kinds.
public interface Kernel extends AutoCloseable {

    /// What runs under a body that [#inNamespace] calls.
    @FunctionalInterface
    interface Body<T, X extends Exception> {
        T call() throws X;
    }

    KernelVersion version();

    /// The machine's memory in bytes when first asked, whatever part of it this process may use.
    long memory();

    /// The number by which the kernel tells the calling thread's network namespace from all others, as programs see it
    /// (`SO_NETNS_COOKIE`); 0 where the kernel does not say, before 5.14.
    long networkCookie();

    /// eBPF. Attaching resolves interface indices in the network namespace of the calling thread.
    Bpf bpf();

    /// The network namespace of this process, over one shared socket that is opened when first asked for.
    Netlink netlink();

    /// Another network namespace. The caller closes what is returned; it works from any thread.
    ///
    /// @param netns a namespace file, such as `/run/netns/NAME` or `/proc/PID/ns/net`
    Netlink netlink(Path netns);

    /// Runs `body` on a fresh platform thread that has entered `namespaces` in their order, and returns its result.
    /// Network and mount namespace files are taken. What is thrown in `body` is thrown here.
    ///
    /// Affected are what Linux keeps per thread: `/proc/sys/net`, file paths, children, new sockets, attaching of
    /// eBPF programs. [#netlink()] is not: ask for [#netlink(Path)].
    <T, X extends Exception> T inNamespaces(List<Path> namespaces, Body<T, X> body) throws X;

    /// [#inNamespaces] with one.
    default <T, X extends Exception> T inNamespace(Path namespace, Body<T, X> body) throws X {
        return inNamespaces(List.of(namespace), body);
    }

    /// Makes a network namespace that lives until [#deleteNetworkNamespace], as `ip netns add` does.
    ///
    /// @param file created; its directory must exist
    /// @throws KernelException EEXIST when there is such a file
    void createNetworkNamespace(Path file);

    /// Ends connections at once: whoever holds one of these sockets is told that it was aborted (`SOCK_DESTROY`, where
    /// the kernel was built with INET_DIAG_DESTROY).
    ///
    /// @param netns       a namespace file; sockets elsewhere are left alone
    /// @param connections of TCP and UDP; a socket that is connected to somebody else by now is left alone
    /// @return how many were found and ended
    int endSockets(Path netns, Set<Connection> connections);

    /// Takes the name away; the namespace ends with its last process and socket.
    ///
    /// @return false if there was none
    boolean deleteNetworkNamespace(Path file);

    /// `/proc/sys` as the calling thread sees it: keys of `net` belong to its network namespace.
    Sysctls sysctls();

    /// Mounts of the calling thread's mount namespace.
    Mounts mounts();

    @Override
    void close();
}
