package io.stentor.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.model.Cidr;
import io.stentor.model.Family;
import io.stentor.model.Problem;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {

    private static final Map<String, String> NODE = Map.of("K8S_NODE_NAME", "worker-1");

    @Test
    void defaults_are_enough_for_an_agent_that_knows_its_node() {
        AgentSettings settings = accepted(Configuration.agent(List.of(), NODE));
        assertThat(settings.nodeName()).isEqualTo("worker-1");
        assertThat(settings.network().families()).containsExactly(Family.IPV4);
        assertThat(settings.network().routing())
                .isEqualTo(new RoutingSettings(
                        RoutingMode.TUNNEL,
                        new TunnelSettings(8472, Family.IPV4, TunnelSettings.Headers.AUTO),
                        false,
                        false,
                        new LinkSettings(0, List.of())));
        assertThat(settings.paths().socket()).isEqualTo(Path.of("/run/stentor/agent.sock"));
        assertThat(settings.serving().metrics().orElseThrow().getPort()).isEqualTo(9962);
    }

    @Test
    void defaults_are_enough_for_an_operator() {
        OperatorSettings settings = accepted(Configuration.operator(List.of(), Map.of()));
        assertThat(settings.pools().pools()).containsExactly(new Pool(Family.IPV4, List.of(Cidr.of("10.0.0.0/8")), 24));
        assertThat(settings.chores().endpointGcInterval()).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.chores().taints().agentPods()).containsExactly(Map.entry("k8s-app", "stentor"));
        assertThat(settings.serving().health().toString()).isEqualTo("/127.0.0.1:9234");
    }

    @Test
    void tables_of_connections_are_sized_by_memory_unless_told_and_live_as_long_as_told() {
        TrackingSettings settings = accepted(Configuration.agent(
                        List.of("--bpf-nat-global-max=4096", "--bpf-ct-timeout-regular-any=5s"), NODE))
                .network()
                .tracking();
        assertThat(settings.room()).isEqualTo(new TrackingSettings.Room(0.0025, 0, 0, 4096));
        assertThat(settings.lifetimes())
                .isEqualTo(new TrackingSettings.Lifetimes(
                        Duration.ofSeconds(8000),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(5)));
    }

    @Test
    void services_are_those_without_a_proxys_name_and_node_ports_as_kubernetes_has_them_unless_told() {
        assertThat(accepted(Configuration.agent(List.of(), NODE)).network().services())
                .isEqualTo(ServiceSettings.USUAL);
        List<String> told = List.of("--k8s-service-proxy-name=ours.1", "--node-port-range=20000, 20000");
        assertThat(accepted(Configuration.agent(told, NODE)).network().services())
                .isEqualTo(new ServiceSettings(
                        "ours.1",
                        new ServiceSettings.NodePorts(20000, 20000),
                        ServiceSettings.USUAL.balancing(),
                        ServiceSettings.USUAL.outside(),
                        ServiceSettings.USUAL.upkeep()));
    }

    @Test
    void what_a_node_does_for_services_beside_can_be_switched() {
        List<String> told = List.of(
                "--bpf-lb-sock-terminate-pod-connections=false",
                "--node-port-bind-protection=false",
                "--enable-auto-protect-node-port-range=false",
                "--enable-health-check-nodeport=false",
                "--kube-proxy-replacement-healthz-bind-address=0.0.0.0:10256");
        assertThat(accepted(Configuration.agent(told, NODE))
                        .network()
                        .services()
                        .upkeep())
                .isEqualTo(new ServiceSettings.Upkeep(
                        false,
                        new ServiceSettings.PortProtection(false, false),
                        new ServiceSettings.HealthChecks(false, Optional.of(new InetSocketAddress("0.0.0.0", 10256)))));
    }

    @Test
    void every_default_is_of_its_own_type() {
        Key.ALL.values().stream()
                .filter(key -> !key.fallback().isEmpty())
                .forEach(key -> assertThat(key.type().fault(key.fallback()))
                        .as(key.name())
                        .isEmpty());
    }

    @Test
    void a_flag_is_over_a_variable_is_over_a_file(@TempDir Path dir) throws IOException {
        Files.writeString(dir.resolve("mtu"), "1401\n");
        Files.writeString(dir.resolve("tunnel-port"), "4001");
        Files.writeString(dir.resolve("debug"), "true");
        Files.createDirectory(dir.resolve("..2026_01_01"));
        Map<String, String> environment =
                Map.of("K8S_NODE_NAME", "n", "STENTOR_MTU", "1402", "STENTOR_TUNNEL_PORT", "4002");
        AgentSettings settings =
                accepted(Configuration.agent(List.of("--config-dir", dir.toString(), "--mtu=1403"), environment));
        assertThat(settings.network().routing().links().mtu()).isEqualTo(1403);
        assertThat(settings.network().routing().tunnel().port()).isEqualTo(4002);
        assertThat(settings.serving().log().debug()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
            --bpf-ct-global-tcp-max=1000             => bpf-ct-global-tcp-max: '1000' is too small: 0 lets the node's memory decide, or at least 1024
            --bpf-ct-global-any-max=-1               => bpf-ct-global-any-max: '-1' is not a number from 0 to 16777216
            --bpf-ct-global-tcp-max=2048 --bpf-ct-global-any-max=1024 --bpf-nat-global-max=2049 => bpf-nat-global-max: '2049' is more than two thirds of bpf-ct-global-tcp-max and bpf-ct-global-any-max together, 2048
            --bpf-map-dynamic-size-ratio=1.5         => bpf-map-dynamic-size-ratio: '1.5' is not a part between 0 and 1, such as 0.0025
            --bpf-ct-timeout-regular-tcp-fin=500ms   => bpf-ct-timeout-regular-tcp-fin: '500ms' is not between 1s and a year
            --node-port-range=30000                  => node-port-range: '30000' is not a first and a last port from 1 to 65535, such as 30000,32767
            --node-port-range=30000,32767,40000      => node-port-range: '30000,32767,40000' is not a first and a last port from 1 to 65535, such as 30000,32767
            --node-port-range=30000,29999            => node-port-range: '30000,29999' is not a first and a last port from 1 to 65535, such as 30000,32767
            --node-port-range=0,29999                => node-port-range: '0,29999' is not a first and a last port from 1 to 65535, such as 30000,32767
            --node-port-range=30000,65536            => node-port-range: '30000,65536' is not a first and a last port from 1 to 65535, such as 30000,32767
            --node-port-range=a,b                    => node-port-range: 'a,b' is not a first and a last port from 1 to 65535, such as 30000,32767
            --k8s-service-proxy-name=a,b             => k8s-service-proxy-name: 'a,b' is not a label's value
            --mtu=big                                => mtu: 'big' is not a number from 0 to 65535
            --mtu=600 --enable-ipv6                  => mtu: '600' is too small for this configuration: 0, or at least 1330
            --enable-ipv4=yes                        => enable-ipv4: 'yes' is neither true nor false
            --enable-ipv4=false                      => enable-ipv4: is false and so is enable-ipv6: pods need one of the two
            --routing-mode=bgp                       => routing-mode: 'bgp' is none of tunnel, native
            --ipam=eni                               => ipam: 'eni' is none of cluster-pool, kubernetes
            --ipv4-native-routing-cidr=10.0.0.0/33   => ipv4-native-routing-cidr: '10.0.0.0/33' is not an IPv4 CIDR
            --ipv6-native-routing-cidr=10.0.0.0/8    => ipv6-native-routing-cidr: '10.0.0.0/8' is not an IPv6 CIDR
            --state-dir=here                         => state-dir: 'here' is not an absolute path
            --socket-path                            => socket-path: the flag needs a value: --socket-path=PATH
            --k8s-node-name=Node_1                   => k8s-node-name: 'Node_1' is not a name of a Kubernetes object
            --prometheus-serve-addr=9962             => prometheus-serve-addr: '9962' is not an address to listen on such as :9962 or 127.0.0.1:9962
            --prometheus-serve-addr=:99999           => prometheus-serve-addr: ':99999' has no port from 0 to 65535
            --log-opt=format=xml                     => log-opt: 'format=xml' is not a list of format=text, format=json, level=debug, level=info, level=warning, level=error
            --enable-wireguard=true                  => enable-wireguard: 'true' is not supported and cannot be left out safely; only 'false' is
            --enable-policy=always                   => enable-policy: 'always' is not supported and cannot be left out safely; only 'default' is
            --bpf-lb-algorithm=best                  => bpf-lb-algorithm: 'best' is none of random, maglev
            --config-dir=/nowhere                    => config-dir: cannot be read: java.nio.file.NoSuchFileException: /nowhere
            start                                    => : 'start' is no flag; see --help
            """)
    void an_agent_refuses(String args, String message) {
        assertThat(refused(Configuration.agent(List.of(args.split(" +", -1)), NODE)))
                .containsExactly(sentence(message));
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
            --cluster-pool-ipv4-cidr=10.0.0.0/8,10.9.0.0/16                    => cluster-pool-ipv4-cidr: 10.0.0.0/8 and 10.9.0.0/16 overlap
            --cluster-pool-ipv4-cidr=10.0.0.0/8,10.9.0/16                      => cluster-pool-ipv4-cidr: '10.0.0.0/8,10.9.0/16' has '10.9.0/16', which is not an IPv4 CIDR
            --cluster-pool-ipv4-cidr=127.0.0.0/8                               => cluster-pool-ipv4-cidr: 127.0.0.0/8 overlaps 127.0.0.0/8, and none of those is an address for pods
            --cluster-pool-ipv4-cidr=0.0.0.0/0                                 => cluster-pool-ipv4-cidr: 0.0.0.0/0 is larger than any cluster
            --cluster-pool-ipv4-cidr=                                          => cluster-pool-ipv4-cidr: '' has no CIDR
            --cluster-pool-ipv4-mask-size=33                                   => cluster-pool-ipv4-mask-size: '33' is not a number from 1 to 32
            --cluster-pool-ipv4-cidr=10.1.0.0/25                               => cluster-pool-ipv4-mask-size: a pod CIDR of /24 does not fit into 10.1.0.0/25 of cluster-pool-ipv4-cidr: at least 25 is needed
            --enable-ipv6 --cluster-pool-ipv6-cidr=fd00::/104,fd00::1:0/112    => cluster-pool-ipv6-cidr: fd00::/104 and fd00::1:0/112 overlap
            --enable-ipv6 --cluster-pool-ipv6-mask-size=64                     => cluster-pool-ipv6-mask-size: a pod CIDR of /64 does not fit into fd00::/104 of cluster-pool-ipv6-cidr: at least 104 is needed
            --leader-election-lease-duration=5s                                => leader-election-lease-duration: must be longer than leader-election-renew-deadline (10s)
            --nodes-gc-interval=5      => nodes-gc-interval: '5' is not a duration such as 15s, 5m or 100ms
            --cilium-pod-labels=agent                                          => cilium-pod-labels: 'agent' is not a list of labels key=value
            """)
    void an_operator_refuses(String args, String message) {
        assertThat(refused(Configuration.operator(List.of(args.split(" +", -1)), Map.of())))
                .containsExactly(sentence(message));
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
            --tunel-port=1                   => tunel-port: nobody knows this key (flag --tunel-port); did you mean tunnel-port?
            --frobnicate                     => frobnicate: nobody knows this key (flag --frobnicate)
            --enable-local-redirect-policy=true => enable-local-redirect-policy: 'true' is not supported and has no effect; it is as with 'false'
            --tunnel-protocol=geneve         => tunnel-protocol: 'geneve' is not supported and has no effect; it is as with 'vxlan'
            --enable-endpoint-routes=false   => enable-endpoint-routes: 'false' is not supported and has no effect; it is as with 'true'
            --auto-direct-node-routes        => auto-direct-node-routes: has no effect with routing-mode=tunnel
            """)
    void an_agent_starts_and_says(String args, String message) {
        Reading<AgentSettings> reading = Configuration.agent(List.of(args.split(" +", -1)), NODE);
        assertThat(reading).isInstanceOf(Reading.Accepted.class);
        assertThat(((Reading.Accepted<AgentSettings>) reading).problems())
                .extracting(Problem::toString)
                .containsExactly(sentence(message));
    }

    @Test
    void what_is_as_it_would_be_anyway_is_not_mentioned() {
        List<String> args = List.of(
                "--enable-wireguard=false",
                "--enable-external-ips=true",
                "--node-port-range=30000 32767",
                "--monitor-aggregation-interval=5000ms",
                "--tunnel-protocol=",
                "--routing-mode=",
                "--cluster-pool-ipv4-mask-size=26");
        Reading<AgentSettings> reading = Configuration.agent(args, NODE);
        assertThat(reading).isInstanceOf(Reading.Accepted.class);
        assertThat(((Reading.Accepted<AgentSettings>) reading).problems()).isEmpty();
    }

    @Test
    void all_that_is_wrong_is_said_at_once() {
        assertThat(refused(Configuration.agent(List.of("--mtu=x", "--ipam=y", "--hubbel=z"), Map.of())))
                .containsExactly(
                        "configuration ipam: 'y' is none of cluster-pool, kubernetes",
                        "configuration mtu: 'x' is not a number from 0 to 65535",
                        "configuration k8s-node-name: the name of the node is needed, here or in K8S_NODE_NAME",
                        "configuration hubbel: nobody knows this key (flag --hubbel)");
    }

    @Test
    void help_lists_the_keys_of_the_program_alone() {
        Reading<AgentSettings> reading = Configuration.agent(List.of("--mtu=x", "--help"), Map.of());
        assertThat(reading).isInstanceOf(Reading.HelpWanted.class);
        assertThat(((Reading.HelpWanted<AgentSettings>) reading).text())
                .contains("  --routing-mode=tunnel|native                how pod packets get to other nodes [tunnel]\n")
                .doesNotContain("cluster-pool-ipv4-cidr", "enable-wireguard");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
            routingMode                              => native               => routing-mode           => native
            ipam.operator.clusterPoolIPv4PodCIDRList => {10.1.0.0/16,10.2.0.0/16} => cluster-pool-ipv4-cidr => 10.1.0.0/16 10.2.0.0/16
            hubble.tls.enabled                       => false                => hubble-disable-tls     => true
            encryption.enabled                       => true                 => enable-ipsec           => true
            prometheus.port                          => 9000                 => prometheus-serve-addr  => :9000
            routing-mode                             => native               => routing-mode           => native
            """)
    void a_helm_value_becomes_a_key(String name, String value, String key, String text) {
        HelmValues.Keys keys = HelmValues.toKeys(Map.of(name, value));
        assertThat(keys.problems()).isEmpty();
        assertThat(keys.keys()).containsExactly(Map.entry(key, text));
    }

    @Test
    void a_helm_value_that_nobody_knows_is_a_problem() {
        assertThat(HelmValues.toKeys(Map.of("routeMode", "native")).problems())
                .containsExactly(new Problem(
                        "values",
                        "routeMode",
                        "is neither a Helm value that has an effect nor a key; did you mean routingMode?"));
    }

    @Test
    void every_helm_value_leads_to_a_key() {
        Key.rows("helm.txt")
                .forEach(row -> assertThat(Key.ALL).containsKey(row.get(1).replaceAll("^[!~]|\\?.*", "")));
    }

    private static String sentence(String message) {
        return message.startsWith(":") ? "configuration" + message : "configuration " + message;
    }

    private static <S> S accepted(Reading<S> reading) {
        assertThat(reading).isInstanceOf(Reading.Accepted.class);
        assertThat(((Reading.Accepted<S>) reading).problems()).isEmpty();
        return ((Reading.Accepted<S>) reading).settings();
    }

    private static <S> List<String> refused(Reading<S> reading) {
        assertThat(reading).isInstanceOf(Reading.Refused.class);
        return ((Reading.Refused<S>) reading)
                .problems().stream().map(Problem::toString).toList();
    }
}
