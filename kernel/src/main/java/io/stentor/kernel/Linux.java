package io.stentor.kernel;

import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.linux.LinuxBpf;
import io.stentor.kernel.linux.LinuxMounts;
import io.stentor.kernel.linux.LinuxNetlink;
import io.stentor.kernel.linux.LinuxSysctls;
import io.stentor.kernel.linux.Namespaces;
import io.stentor.kernel.linux.SocketDiag;
import io.stentor.kernel.net.Connection;
import io.stentor.kernel.net.Netlink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The kernel that this process runs on.
///
/// The first call costs up to some hundred milliseconds while Java binds its native calls. Needs
/// `--enable-native-access=io.stentor.kernel` and, for nearly everything, root.
public final class Linux implements Kernel {
    private static final Path OWN_NETNS = Path.of("/proc/self/ns/net");
    private static final Path MEMORY = Path.of("/proc/meminfo");

    private final KernelVersion version;
    private final Bpf bpf;
    private @Nullable Netlink netlink;
    private long memory;

    private Linux(KernelVersion version) {
        this.version = version;
        this.bpf = new LinuxBpf();
    }

    public static Linux open() {
        if (!System.getProperty("os.name").equals("Linux")) {
            throw new IllegalStateException("Stentor's datapath needs Linux; this is " + System.getProperty("os.name"));
        }
        return new Linux(KernelVersion.of(System.getProperty("os.version")));
    }

    @Override
    public KernelVersion version() {
        return version;
    }

    @Override
    public synchronized long memory() {
        if (memory == 0) {
            memory = readMemory();
        }
        return memory;
    }

    private static long readMemory() {
        try (Stream<String> lines = Files.lines(MEMORY)) {
            return lines.filter(line -> line.startsWith("MemTotal:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(MEMORY + " does not tell of MemTotal"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long networkCookie() {
        return Namespaces.cookie();
    }

    @Override
    public int endSockets(Path netns, Set<Connection> connections) {
        return SocketDiag.end(netns, connections);
    }

    @Override
    public Bpf bpf() {
        return bpf;
    }

    @Override
    public synchronized Netlink netlink() {
        Netlink shared = netlink;
        if (shared == null) {
            shared = LinuxNetlink.open(OWN_NETNS);
            netlink = shared;
        }
        return shared;
    }

    @Override
    public Netlink netlink(Path netns) {
        return LinuxNetlink.open(netns);
    }

    @Override
    public <T, X extends Exception> T inNamespaces(List<Path> namespaces, Body<T, X> body) throws X {
        return Namespaces.enter(namespaces, body);
    }

    @Override
    public void createNetworkNamespace(Path file) {
        Namespaces.create(file);
    }

    @Override
    public boolean deleteNetworkNamespace(Path file) {
        return Namespaces.delete(file);
    }

    @Override
    public Sysctls sysctls() {
        return new LinuxSysctls();
    }

    @Override
    public Mounts mounts() {
        return new LinuxMounts();
    }

    @Override
    public synchronized void close() {
        if (netlink != null) {
            netlink.close();
            netlink = null;
        }
    }
}
