package io.stentor.lab.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.lab.kubeproxy.ProxiedNode.Answer;
import io.stentor.lab.kubeproxy.ProxiedNode.Place;
import io.stentor.lab.topology.Shell;
import io.stentor.model.Family;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `bench/kube-proxy` in both modes and both families: new connections go where kube-proxy's would, and are
/// masqueraded where its are.
class KubeProxyKernelIT {

    private static final String SERVICES = """
            # served, with a node port; and nobody behind it
            10.96.0.10 80 tcp 30080 10.202.1.3:8080 10.202.1.4:8080
            10.96.0.11 80 tcp 30081
            fd00:10:96::10 80 tcp 30080 [fd00:202:1::3]:8080 [fd00:202:1::4]:8080
            fd00:10:96::11 80 tcp 30081
            """;
    private static final int PORT = 80;
    private static final int NODE_PORT = 30080;
    private static final int UNSERVED_NODE_PORT = 30081;

    /// A backend that is one of two is missed as often in a row once in 2^64 runs.
    private static final int TRIES = 64;

    private ProxiedNode node;

    @BeforeEach
    void build() throws IOException {
        node = new ProxiedNode();
    }

    @AfterEach
    void remove() throws IOException {
        node.close();
    }

    private static String served(Family family) {
        return switch (family) {
            case IPV4 -> "10.96.0.10";
            case IPV6 -> "fd00:10:96::10";
        };
    }

    private static String unserved(Family family) {
        return switch (family) {
            case IPV4 -> "10.96.0.11";
            case IPV6 -> "fd00:10:96::11";
        };
    }

    private static String kubeProxy() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(folder.resolve("bench/kube-proxy"))) {
            folder = folder.getParent();
        }
        return folder.resolve("bench/kube-proxy").toString();
    }

    private Shell.Result kubeProxy(String input, String... arguments) {
        List<String> command = new ArrayList<>(List.of(kubeProxy()));
        command.addAll(List.of(arguments));
        return node.run(Place.NODE, command, input);
    }

    private void lay(String mode) {
        assertThat(kubeProxy(SERVICES, mode)).isEqualTo(new Shell.Result(0, "", ""));
    }

    /// What is in force on the node.
    private String rules() {
        return node.run(Place.NODE, List.of("nft", "list", "ruleset"), "").out();
    }

    /// Connects until both backends have answered.
    ///
    /// @return whom each of them sees
    private Map<String, String> seenByBoth(Place from, String address, int port) throws IOException {
        Map<String, String> seen = new HashMap<>();
        for (int i = 0; i < TRIES && seen.size() < 2; i++) {
            Answer answer = node.ask(from, address, port);
            seen.put(answer.backend(), answer.client());
        }
        assertThat(seen).as("those that answered at " + address).containsOnlyKeys("ONE", "TWO");
        return seen;
    }

    private void assertRefused(Place from, String address, int port) {
        assertThatThrownBy(() -> node.ask(from, address, port))
                .as("from %s to %s port %d", from, address, port)
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("refused");
    }

    @ParameterizedTest
    @CsvSource({"iptables,IPV4", "iptables,IPV6", "nftables,IPV4", "nftables,IPV6"})
    void a_cluster_ip_leads_to_both_backends_and_pods_stay_who_they_are(String mode, Family family) throws IOException {
        lay(mode);
        String client = ProxiedNode.address(Place.CLIENT, family);
        assertThat(seenByBoth(Place.CLIENT, served(family), PORT).values()).containsOnly(client);
        assertThat(seenByBoth(Place.OUTSIDE, served(family), PORT).values())
                .as("one that is no pod is masqueraded")
                .doesNotContain(ProxiedNode.address(Place.OUTSIDE, family));
        seenByBoth(Place.NODE, served(family), PORT);

        String one = ProxiedNode.address(Place.ONE, family);
        Map<String, String> seen = seenByBoth(Place.ONE, served(family), PORT);
        assertThat(seen.get("ONE"))
                .as("one that comes back to itself is masqueraded")
                .isNotEqualTo(one);
        assertThat(seen.get("TWO")).isEqualTo(one);
    }

    @ParameterizedTest
    @CsvSource({"iptables,IPV4", "iptables,IPV6", "nftables,IPV4", "nftables,IPV6"})
    void a_node_port_leads_to_both_backends_and_everybody_is_masqueraded(String mode, Family family)
            throws IOException {
        lay(mode);
        String address = ProxiedNode.address(Place.NODE, family);
        for (Place from : List.of(Place.OUTSIDE, Place.CLIENT)) {
            assertThat(seenByBoth(from, address, NODE_PORT).values()).doesNotContain(ProxiedNode.address(from, family));
        }
    }

    @ParameterizedTest
    @CsvSource({"iptables,IPV4", "iptables,IPV6", "nftables,IPV4", "nftables,IPV6"})
    void a_service_without_backends_refuses_at_once(String mode, Family family) {
        lay(mode);
        assertRefused(Place.CLIENT, unserved(family), PORT);
        assertRefused(Place.NODE, unserved(family), PORT);
        assertRefused(Place.OUTSIDE, ProxiedNode.address(Place.NODE, family), UNSERVED_NODE_PORT);
    }

    @ParameterizedTest
    @CsvSource({"iptables", "nftables"})
    void clean_takes_all_of_it_away_and_nothing_else(String mode) {
        lay(mode);
        assertThat(rules()).contains("10.96.0.10", "fd00:10:96::10");
        assertThat(kubeProxy("", "clean")).isEqualTo(new Shell.Result(0, "", ""));
        assertThat(rules()).isEmpty();

        String masquerading = "iptables-nft -t nat -A POSTROUTING -s 10.202.0.0/16 -j MASQUERADE";
        node.run(Place.NODE, List.of("sh", "-c", masquerading + " && iptables-nft -P FORWARD DROP"), "");
        String others = rules();
        assertThat(others).contains("masquerade", "policy drop");
        lay(mode);
        kubeProxy("", "clean");
        assertThat(rules()).isEqualTo(others);
    }

    @Test
    void one_mode_takes_the_place_of_the_other() {
        lay("iptables");
        lay("nftables");
        assertThat(rules())
                .contains("table ip kube-proxy", "table ip6 kube-proxy")
                .doesNotContain("KUBE-");
        lay("iptables");
        assertThat(rules()).contains("KUBE-SERVICES").doesNotContain("kube-proxy");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        10.96.0.10 80 tcp                              | CLUSTER-IP PORT PROTOCOL NODE-PORT [BACKEND:PORT …] is wanted
        cluster 80 tcp 0                               | cluster IP 'cluster' is no address
        10.96.0.10 0 tcp 0                             | port '0' is no number from 1 to 65535
        10.96.0.10 80 icmp 0                           | protocol 'icmp' is not tcp, udp or sctp
        10.96.0.10 80 tcp 0 10.202.1.3                 | backend '10.202.1.3' has no port: ADDRESS:PORT is wanted, [ADDRESS]:PORT for IPv6
        10.96.0.10 80 tcp 0 [fd00:202:1::3]:80         | backend '[fd00:202:1::3]:80' is of another family than the cluster IP 10.96.0.10
        """)
    void a_list_that_is_wrong_is_refused_with_its_line_and_nothing_is_laid_out(String line, String why) {
        Shell.Result result = kubeProxy("10.96.0.9 80 tcp 30080 10.202.1.3:8080\n" + line + "\n", "nftables");
        assertThat(result)
                .isEqualTo(new Shell.Result(2, "", "bench/kube-proxy: line 2 of standard input: " + why + "\n"));
        assertThat(rules()).isEmpty();
    }

    @Test
    void two_services_with_one_node_port_are_refused() {
        Shell.Result result = kubeProxy("10.96.0.9 80 tcp 30080\n10.96.0.10 80 tcp 30080\n", "iptables");
        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).contains("line 2 of standard input: node port 30080/tcp is that of line 1, too");
    }
}
