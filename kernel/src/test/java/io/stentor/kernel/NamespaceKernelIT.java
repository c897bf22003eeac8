package io.stentor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.Netlink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class NamespaceKernelIT {
    @RegisterExtension
    static final Bench BENCH = new Bench();

    private final Linux linux = BENCH.linux();

    @Test
    void mounts_made_in_another_mount_namespace_are_not_seen_here(@TempDir Path directory) throws Exception {
        Path namespaces = processOfItsOwn().resolve("ns");

        linux.inNamespaces(List.of(namespaces.resolve("mnt"), namespaces.resolve("net")), () -> {
            assertThat(linux.mounts().ensureBpffs(directory)).isTrue();
            assertThat(linux.mounts().isBpffs(directory)).isTrue();
            assertThat(Files.readAllLines(Path.of("/proc/thread-self/net/dev")))
                    .as("header and loopback")
                    .hasSize(3);
            return true;
        });

        assertThat(linux.mounts().isBpffs(directory)).isFalse();
        try (Netlink net = linux.netlink(namespaces.resolve("net"))) {
            assertThat(net.links()).extracting(Link::name).containsExactly("lo");
        }
    }

    @Test
    void what_goes_wrong_inside_is_thrown_outside_and_the_caller_stays_where_it_was() throws IOException {
        Path netns = BENCH.namespace();
        Path own = Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));

        assertThatThrownBy(() -> linux.inNamespace(netns, () -> {
                    throw new IOException("inside "
                            + Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"))
                                    .equals(own));
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("inside false");
        assertThat(Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"))).isEqualTo(own);
        assertThatThrownBy(() -> linux.createNetworkNamespace(netns)).hasMessageContaining("EEXIST");
        assertThatThrownBy(() -> linux.netlink(Path.of("/run/no-such-namespace")))
                .hasMessageContaining("open")
                .hasMessageContaining("/run/no-such-namespace: ENOENT");
        assertThat(linux.deleteNetworkNamespace(netns)).isTrue();
        assertThat(linux.deleteNetworkNamespace(netns)).isFalse();
    }

    /// A process in mount and network namespaces of its own, that ends with the test.
    ///
    /// @return its directory in /proc
    private static Path processOfItsOwn() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("unshare", "--mount", "--net", "cat").start();
        BENCH.closing(() -> {
            process.getOutputStream().close();
            process.waitFor();
        });
        // cat answers only when unshare has become it
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        assertThat(process.getInputStream().read()).isEqualTo('\n');
        return Path.of("/proc/" + process.pid());
    }
}
