package io.stentor.kernel.fake;

import io.stentor.kernel.Errno;
import io.stentor.kernel.Kernel;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.KernelVersion;
import io.stentor.kernel.net.Connection;
import io.stentor.kernel.net.Mac;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A kernel of plain Java objects, for tests: maps, pins, attachments, links, addresses, routes, rules and neighbours
/// follow Linux' rules, programs never run, nothing needs root.
///
/// Network namespaces are named by paths that need not exist; one is made when first spoken of. Namespaces of other
/// kinds are of no effect.
public final class FakeKernel implements Kernel {
    private static final Path OWN = Path.of("/proc/self/ns/net");

    private final KernelVersion version;
    private final FakeMounts mounts = new FakeMounts();
    private final Map<Path, FakeNetlink> namespaces = new HashMap<>();
    private final Map<Path, Set<Connection>> connections = new ConcurrentHashMap<>();
    private final ThreadLocal<Path> current = ThreadLocal.withInitial(() -> OWN);
    private final FakeBpf bpf = new FakeBpf(mounts, () -> netlink(current.get()));

    private long lastMac = 0x0200_0000_0000L;

    public FakeKernel() {
        this(new KernelVersion(6, 12));
    }

    public FakeKernel(KernelVersion version) {
        this.version = version;
    }

    @Override
    public KernelVersion version() {
        return version;
    }

    /// A small machine's.
    @Override
    public long memory() {
        return 1L << 30;
    }

    @Override
    public long networkCookie() {
        return 1;
    }

    /// Ends those of [#connections].
    @Override
    public int endSockets(Path netns, Set<Connection> ended) {
        Set<Connection> open = connections(netns);
        int before = open.size();
        open.removeAll(ended);
        return before - open.size();
    }

    /// Open ones of a namespace, for the test to fill.
    public Set<Connection> connections(Path netns) {
        return connections.computeIfAbsent(netns, _ -> ConcurrentHashMap.newKeySet());
    }

    @Override
    public FakeBpf bpf() {
        return bpf;
    }

    @Override
    public FakeNetlink netlink() {
        return netlink(OWN);
    }

    @Override
    public synchronized FakeNetlink netlink(Path netns) {
        return namespaces.computeIfAbsent(netns, _ -> new FakeNetlink(this));
    }

    /// Runs the body on the calling thread, in the last of the namespaces.
    @Override
    public <T, X extends Exception> T inNamespaces(List<Path> entered, Body<T, X> body) throws X {
        Path before = current.get();
        if (!entered.isEmpty()) {
            current.set(entered.getLast());
        }
        try {
            return body.call();
        } finally {
            current.set(before);
        }
    }

    @Override
    public synchronized void createNetworkNamespace(Path file) {
        if (namespaces.putIfAbsent(file, new FakeNetlink(this)) != null) {
            throw new KernelException("create network namespace", file.toString(), Errno.EEXIST, "");
        }
    }

    @Override
    public synchronized boolean deleteNetworkNamespace(Path file) {
        FakeNetlink gone = namespaces.remove(file);
        if (gone != null) {
            gone.deleteAll();
        }
        return gone != null;
    }

    @Override
    public FakeSysctls sysctls() {
        return netlink(current.get()).sysctls();
    }

    @Override
    public FakeMounts mounts() {
        return mounts;
    }

    /// Addresses that links get when they are not given one.
    synchronized Mac nextMac() {
        return new Mac(++lastMac);
    }

    @Override
    public void close() {}
}
