package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.kernel.Linux;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is read and set on a host, on the kernel that is there: in a network namespace that stands for the host's.
class HostKernelIT {
    @TempDir
    private Path directory;

    private final Linux linux = Linux.open();
    private Path netns;

    @BeforeEach
    void enter() {
        netns = directory.resolve("host");
        linux.createNetworkNamespace(netns);
    }

    @AfterEach
    void leave() {
        assertThat(linux.deleteNetworkNamespace(netns)).isTrue();
        linux.close();
    }

    private static void run(String command) throws IOException {
        Command done = Command.run(List.of("sh", "-c", command));
        assertThat(done.succeeded()).as("%s: %s", command, done.output()).isTrue();
    }

    @Test
    void node_ports_are_reserved_and_given_back() throws Exception {
        linux.inNamespace(netns, () -> {
            String key = "net/ipv4/ip_local_reserved_ports";
            Path file = directory.resolve(Ledger.FILE);
            linux.sysctls().set("net/ipv4/ip_local_port_range", "20000 60999");
            for (String before : List.of("", "8080,31000")) {
                linux.sysctls().set(key, before);
                ReservedPorts reserved = new ReservedPorts(linux, Ledger.open(file), PortList.range(30000, 32767));

                assertThat(reserved.ensure()).isEmpty();

                assertThat(linux.sysctls().get(key)).isEqualTo(before.isEmpty() ? "30000-32767" : "8080,30000-32767");
                for (Step step : new Restoration(linux, Ledger.open(file)).steps(_ -> true)) {
                    assertThat(step.work().run()).isEmpty();
                }
                assertThat(linux.sysctls().get(key)).isEqualTo(before);
            }
            return true;
        });
    }

    @Test
    void what_kube_proxy_leaves_is_found_in_all_that_it_can_be_written_with() throws Exception {
        linux.inNamespace(netns, () -> {
            assertThat(Traces.read(linux, 0, Set.of()).chains()).doesNotContain("KUBE-SERVICES");

            run("iptables-legacy -t nat -N KUBE-SERVICES && ip6tables-legacy -t nat -N KUBE-NODEPORTS");
            run("iptables-nft -t nat -N KUBE-SVC-AAAA && ip6tables-nft -t nat -N KUBE-SEP-BBBB");
            run("nft add table ip6 kube-proxy && nft add chain ip6 kube-proxy services");

            assertThat(Traces.read(linux, 0, Set.of()).chains())
                    .contains("KUBE-SERVICES", "KUBE-NODEPORTS", "KUBE-SVC-AAAA", "KUBE-SEP-BBBB", "kube-proxy");
            return true;
        });
    }
}
