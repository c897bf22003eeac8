package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.KernelVersion;
import io.stentor.kernel.Linux;
import io.stentor.kernel.Mounts;
import io.stentor.kernel.Sysctls;
import io.stentor.kernel.bpf.Bpf;
import io.stentor.kernel.net.Connection;
import io.stentor.kernel.net.Netlink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A node and pods of its own, in namespaces that are gone after the test.
final class NodeBench implements AutoCloseable {
    private static int count;
    private static @Nullable Path shim;

    private final Linux linux = Linux.open();
    private final List<Path> namespaces = new ArrayList<>();
    final Path host = namespace();
    final Netlink net = linux.netlink(host);
    final Kernel kernel = new InNamespace();

    Path namespace() {
        Path file = Path.of("/run/stentor-node-it-" + ProcessHandle.current().pid() + "-" + count++);
        linux.createNetworkNamespace(file);
        namespaces.add(file);
        return file;
    }

    Netlink inside(Path netns) {
        return linux.netlink(netns);
    }

    /// Runs a shell command in a namespace.
    Command run(Path netns, String line) throws IOException {
        return Command.run(List.of("nsenter", "--net=" + netns, "sh", "-c", line));
    }

    void must(Path netns, String line) throws IOException {
        Command command = run(netns, line);
        assertThat(command.exitCode()).as(line + ": " + command.output()).isZero();
    }

    /// Runs the plugin as the container runtime does.
    Command plugin(String command, Map<String, String> variables, String configuration) throws IOException {
        List<String> words = new ArrayList<>(List.of("env", "CNI_COMMAND=" + command));
        variables.forEach((name, value) -> words.add(name + "=" + value));
        words.addAll(List.of("sh", "-c", "exec " + shim() + " <<'END'\n" + configuration + "\nEND"));
        return Command.run(words);
    }

    private static synchronized Path shim() throws IOException {
        Path made = shim;
        if (made == null) {
            made = makeShim();
            shim = made;
        }
        return made;
    }

    private static Path makeShim() throws IOException {
        Path folder = Path.of("../cni").toAbsolutePath().normalize();
        Command made = Command.run(List.of("make", "-s", "-C", folder.toString()));
        assertThat(made.exitCode()).as(made.output()).isZero();
        return folder.resolve("target/stentor-cni");
    }

    @Override
    public void close() {
        net.close();
        namespaces.forEach(linux::deleteNetworkNamespace);
        linux.close();
    }

    /// The kernel as an agent sees it that was started in the host's namespace.
    private final class InNamespace implements Kernel {
        private final ThreadLocal<Boolean> elsewhere = ThreadLocal.withInitial(() -> false);

        @Override
        public KernelVersion version() {
            return linux.version();
        }

        @Override
        public long memory() {
            return linux.memory();
        }

        @Override
        public long networkCookie() {
            return linux.networkCookie();
        }

        @Override
        public int endSockets(Path netns, Set<Connection> connections) {
            return linux.endSockets(netns, connections);
        }

        @Override
        public Bpf bpf() {
            return linux.bpf();
        }

        @Override
        public Netlink netlink() {
            return net;
        }

        @Override
        public Netlink netlink(Path netns) {
            return linux.netlink(netns);
        }

        @Override
        public <T, X extends Exception> T inNamespaces(List<Path> entered, Body<T, X> body) throws X {
            return linux.inNamespaces(entered, () -> {
                elsewhere.set(true);
                return body.call();
            });
        }

        @Override
        public void createNetworkNamespace(Path file) {
            linux.createNetworkNamespace(file);
        }

        @Override
        public boolean deleteNetworkNamespace(Path file) {
            return linux.deleteNetworkNamespace(file);
        }

        @Override
        public Sysctls sysctls() {
            return elsewhere.get() ? linux.sysctls() : new HostSysctls();
        }

        @Override
        public Mounts mounts() {
            return linux.mounts();
        }

        @Override
        public void close() {}
    }

    private final class HostSysctls implements Sysctls {
        @Override
        public Optional<String> find(String key) {
            return linux.inNamespace(host, () -> linux.sysctls().find(key));
        }

        @Override
        public void set(String key, String value) {
            linux.inNamespace(host, () -> {
                linux.sysctls().set(key, value);
                return value;
            });
        }
    }
}
