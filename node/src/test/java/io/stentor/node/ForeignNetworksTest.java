package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForeignNetworksTest {

    private static Traces traces(String links, String processes, String chains) {
        return new Traces(words(links), Map.of(), Set.copyOf(words(processes)), Set.copyOf(words(chains)), false);
    }

    private static List<String> words(String text) {
        return text == null ? List.of() : Arrays.stream(text.split(" ", -1)).toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            lo eth0 flannel.1 cni0       |             |               | host flannel: has left its links flannel.1, cni0 on this host: delete them, or reboot the node
            lo cni0                      | flanneld    |               | host flannel: runs on this host (process flanneld, link cni0): pods that it starts do not reach those of Stentor. Remove it
            lo cilium_host cilium_net    |             |               | host Cilium: has left its links cilium_host, cilium_net on this host: delete them, or reboot the node
            lo cali1 cali2 cali3 cali4 cali5 cali6 |   |               | host Calico: has left its links cali1, cali2, cali3, cali4 and 2 more on this host: delete them, or reboot the node
            lo                           | calico-node |               | host Calico: runs on this host (process calico-node): pods that it starts do not reach those of Stentor. Remove it
            lo weave                     |             |               | host Weave: has left its link weave on this host: delete it, or reboot the node
            lo eth0                      |             | KUBE-SERVICES | host kube-proxy: has its rules on this host (KUBE-SERVICES): they serve the host alone, for pods' packets go past them. 'kube-proxy --cleanup' removes them
            """)
    void what_somebody_else_left_or_runs_is_told(String links, String processes, String chains, String problem) {
        ForeignNetworks.Findings findings =
                ForeignNetworks.judge(traces(links, processes, chains), NetworkFacts.tunnel(true, false));
        assertThat(findings.problems()).extracting(Object::toString).containsExactly(problem);
        assertThat(findings.refusal()).isEmpty();
    }

    @Test
    void a_host_of_our_own_is_fine() {
        Traces ours = new Traces(
                List.of("lo", "eth0", "docker0", "stentor_vxlan", "stn0123456789ab"),
                Map.of("eth0", List.of("from_net", "somebodys")),
                Set.of(),
                Set.of("FORWARD", "filter"),
                true);
        ForeignNetworks.Findings findings = ForeignNetworks.judge(ours, NetworkFacts.tunnel(true, false));
        assertThat(findings.problems()).isEmpty();
        assertThat(findings.refusal()).isEmpty();
    }

    @Test
    void a_cilium_that_works_is_refused() {
        String end = "), and two datapaths cannot have the same packets: uninstall it and reboot the node, then start"
                + " Stentor";
        assertThat(ForeignNetworks.judge(traces("lo", "cilium-agent", null), NetworkFacts.direct(false))
                        .refusal())
                .contains("Cilium is at work on this host (process cilium-agent runs" + end);
        Traces dead = new Traces(
                List.of("lo", "cilium_host"),
                Map.of("eth0", List.of("cil_from_netdev"), "lxc1", List.of("cil_from_contai"), "eth1", List.of("x")),
                Set.of(),
                Set.of(),
                false);
        assertThat(ForeignNetworks.judge(dead, NetworkFacts.direct(false))
                        .refusal()
                        .orElseThrow())
                .startsWith("Cilium is at work on this host (its programs are at ")
                .contains("eth0", "lxc1")
                .endsWith(end)
                .doesNotContain("eth1");
    }

    @Test
    void a_tunnel_port_that_is_taken_is_refused_where_it_is_needed() {
        Traces taken = new Traces(List.of("lo", "flannel.1"), Map.of(), Set.of(), Set.of(), true);
        assertThat(ForeignNetworks.judge(taken, NetworkFacts.tunnel(true, false))
                        .refusal())
                .contains("UDP port 8472, which the tunnel needs, is in use on this host (there is flannel.1): remove"
                        + " what uses it, or set another tunnel-port on every node");
        assertThat(ForeignNetworks.judge(taken, NetworkFacts.direct(false)).refusal())
                .isEmpty();
    }
}
