package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.Route;
import io.stentor.model.Applied;
import io.stentor.model.Endpoint;
import io.stentor.model.Problem;
import io.stentor.model.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class NodeKernelIT extends PluggedNode {
    @Test
    void a_pod_is_plugged_in_checked_and_unplugged_through_the_plugin() throws Exception {
        listen(agent(settings(true)));
        Path pod = bench.namespace();
        bench.must(pod, "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6");

        JsonNode result = cni("ADD", "c1", pod, 0);

        assertThat(result.path("ips").findValuesAsText("address")).containsExactly("10.0.1.1/32", "fd00:1::1/128");
        assertThat(result.path("interfaces").path(1).path("mtu").asInt()).isEqualTo(1450);
        Endpoint endpoint = store.current().endpoints().get(1);
        assertThat(endpoint.pod()).hasToString("default/web");
        assertThat(endpoint.attachment().hostInterface())
                .isEqualTo(result.path("interfaces").path(0).path("name").asText())
                .matches("stn[0-9a-f]{12}");
        assertThat(endpoint.attachment().ifindex())
                .isEqualTo(bench.net
                        .link(endpoint.attachment().hostInterface())
                        .orElseThrow()
                        .index());
        assertThat(bench.run(pod, "ip -4 route; ip -6 route; ip neigh; ip -br address show dev eth0")
                        .output())
                .contains(
                        "default via 169.254.7.1 dev eth0",
                        "169.254.7.1 dev eth0 proto static scope link",
                        "default via fe80::7:1 dev eth0",
                        "169.254.7.1 dev eth0 lladdr 02:53:54:4e:00:01 PERMANENT",
                        "fe80::7:1 dev eth0 lladdr 02:53:54:4e:00:01 PERMANENT",
                        "10.0.1.1/32 fd00:1::1/128");
        bench.must(bench.host, "ping -c 1 -W 2 10.0.1.1 && ping -c 1 -W 2 fd00:1::1");
        bench.must(pod, "ping -c 1 -W 2 192.168.1.1 && ping -c 1 -W 2 fd01::1");

        cni("CHECK", "c1", pod, 0);
        assertThat(cni("ADD", "c1", pod, 1).path("msg").asText())
                .isEqualTo(
                        "CNI_CONTAINERID \"c1\" has its CNI_IFNAME \"eth0\" already, as endpoint 1: DEL comes first");
        bench.must(pod, "ip address del 10.0.1.1/32 dev eth0");
        assertThat(cni("CHECK", "c1", pod, 1).path("msg").asText())
                .isEqualTo("the pod's interface eth0 has lost its address 10.0.1.1");

        cni("DEL", "c1", pod, 0);
        cni("DEL", "c1", pod, 0);
        cni("DEL", Map.of("CNI_CONTAINERID", "never-seen"), "", 0);
        assertThat(store.current().endpoints().isEmpty()).isTrue();
        assertThat(bench.net.links()).noneMatch(PodLinks::isOurs);
        assertThat(bench.net.routes())
                .noneMatch(r -> r.protocol() == PodLinks.PROTOCOL
                        && r.destination().toString().equals("10.0.1.1"));
        assertThat(directory.resolve("state/endpoints").toFile().list()).containsOnly("latest.gone");
        assertThat(cni("CHECK", "c1", pod, 1).path("code").asInt()).isEqualTo(3);
        assertThat(cni("ADD", "c1", pod, 0).path("ips").path(0).path("address").asText())
                .isEqualTo("10.0.1.2/32");
    }

    @Test
    void a_pod_that_cannot_be_plugged_in_leaves_nothing_behind() throws Exception {
        listen(agent(settings(true)));
        Path pod = bench.namespace();
        bench.must(pod, "ip link add eth0 type veth peer name other");

        assertThat(cni("ADD", "c1", pod, 1).path("msg").asText())
                .isEqualTo("CNI_IFNAME \"eth0\" is taken: the pod has an interface of that name");
        assertThat(cni("ADD", "c1", Path.of("/run/no-such-namespace"), 1)
                        .path("msg")
                        .asText())
                .isEqualTo("CNI_NETNS \"/run/no-such-namespace\" does not exist");
        Path file = Files.createFile(directory.resolve("file"));
        assertThat(cni("ADD", "c1", file, 1).path("msg").asText())
                .isEqualTo("CNI_NETNS \"" + file + "\" is not a network namespace");
        assertThat(cni("ADD", "c1", Path.of("/proc/self/ns/net"), 1).path("msg").asText())
                .isEqualTo("CNI_NETNS \"/proc/self/ns/net\" is the node's own network namespace");

        assertThat(store.current().endpoints().isEmpty()).isTrue();
        assertThat(bench.net.links()).noneMatch(PodLinks::isOurs);
        assertThat(directory.resolve("state/endpoints").toFile().list()).containsOnly("latest.gone");
        for (int i = 1; i <= 6; i++) {
            cni("ADD", "full" + i, bench.namespace(), 0);
        }
        JsonNode full = cni("ADD", "full7", bench.namespace(), 1);
        assertThat(full.path("msg").asText()).isEqualTo("no free address in pool 10.0.1.0/29: all 6 are in use");
        assertThat(store.current().problems())
                .contains(new Problem("IPAM", "", full.path("msg").asText()));
        cni("DEL", "full3", bench.host, 0);
        assertThat(store.current().problems()).isEmpty();
        assertThat(cni("ADD", "full7", bench.namespace(), 0)
                        .path("ips")
                        .path(0)
                        .path("address")
                        .asText())
                .isEqualTo("10.0.1.1/32");
    }

    @Test
    void pods_that_come_and_go_at_once_do_not_get_in_each_others_way() throws Exception {
        listen(agent(settings(true)));
        store.commit(state -> state.with(
                Table.NODES, NetworkFacts.node("a", List.of("192.168.1.1"), List.of("10.0.4.0/24", "fd00:4::/112"))));
        List<Callable<String>> lives = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            String container = "c" + i;
            Path pod = bench.namespace();
            lives.add(() -> {
                String first = cni("ADD", container, pod, 0).path("ips").toString();
                cni("DEL", container, pod, 0);
                String second = cni("ADD", container, pod, 0).path("ips").toString();
                assertThat(second).isNotEqualTo(first);
                return second;
            });
        }
        Set<String> addresses = new HashSet<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<String> each : threads.invokeAll(lives)) {
                addresses.add(each.get());
            }
        }
        assertThat(addresses).hasSize(24);
        assertThat(store.current().endpoints().size()).isEqualTo(24);
        assertThat(bench.net.links()).filteredOn(PodLinks::isOurs).hasSize(24);
    }

    @Test
    void a_pod_whose_datapath_does_not_come_is_unplugged_and_asked_for_again() throws Exception {
        NodeServices services = agent(settings(true));
        Endpoints impatient = new Endpoints(
                bench.kernel,
                new EndpointFiles(directory.resolve("other")),
                new Allocations(
                        () -> Optional.ofNullable(store.current().nodes().get("a")),
                        settings(true).families()),
                new PodLinks(bench.kernel, settings(true).families()),
                new Endpoints.Followed(store, new Applied(), Duration.ofSeconds(1)));
        toClose.add(AgentSocket.open(
                directory.resolve("agent.sock"), Map.of("cni", new CniMethod(impatient, () -> 1450, Optional::empty))));
        JsonNode refused = cni("ADD", "c1", bench.namespace(), 1);
        assertThat(refused.path("code").asInt()).isEqualTo(11);
        assertThat(refused.path("msg").asText()).isEqualTo("the datapath of endpoint 1 was not in place within 1 s");
        assertThat(store.current().endpoints().isEmpty()).isTrue();
        assertThat(bench.net.links()).noneMatch(PodLinks::isOurs);
        assertThat(directory.resolve("other").toFile().list()).containsOnly("latest.gone");
        services.close();
    }

    @Test
    void an_agent_that_comes_back_knows_its_pods_and_gives_no_address_twice() throws Exception {
        NodeServices first = agent(settings(true));
        listen(first);
        Path stays = bench.namespace();
        cni("ADD", "stays", stays, 0);
        cni("ADD", "goes", bench.namespace(), 0);
        cni("ADD", "lost", bench.namespace(), 0);
        first.close();
        toClose.removeLast().close();
        bench.must(bench.host, "ip link del " + new AttachmentKey("goes", "eth0").hostInterface());
        Files.writeString(directory.resolve("state/endpoints/3.json"), "{");

        NodeServices second = agent(settings(true));
        listen(second);

        assertThat(store.current().endpoints().size()).isEqualTo(1);
        assertThat(store.current().problems())
                .extracting(Problem::reason)
                .anyMatch(reason -> reason.contains("is lost: delete that pod, its successor will work"))
                .anyMatch(reason -> reason.startsWith("cannot be used and was moved to "));
        cni("CHECK", "stays", stays, 0);
        Path next = bench.namespace();
        assertThat(cni("ADD", "next", next, 0)
                        .path("ips")
                        .path(0)
                        .path("address")
                        .asText())
                .isEqualTo("10.0.1.4/32");
        cni("DEL", "lost", bench.host, 0);
        assertThat(store.current().problems()).hasSize(1);
        bench.must(bench.host, "ping -c 1 -W 2 10.0.1.1");

        cni("GC", Map.of(), ",\"cni.dev/valid-attachments\":[{\"containerID\":\"next\",\"ifname\":\"eth0\"}]", 0);
        assertThat(bench.net.links())
                .filteredOn(PodLinks::isOurs)
                .extracting(Link::name)
                .containsExactly(new AttachmentKey("next", "eth0").hostInterface());
        assertThat(second.endpoints().collect(endpoint -> false)).isEqualTo(1);
        assertThat(bench.net.links()).noneMatch(PodLinks::isOurs);
    }

    @Test
    void without_the_agent_add_asks_to_try_again() throws IOException {
        assertThat(cni("ADD", "c1", bench.host, 1).path("code").asInt()).isEqualTo(11);
        assertThat(cni("STATUS", Map.of(), "", 1).path("code").asInt()).isEqualTo(50);
    }

    @Test
    void links_and_routes_follow_the_nodes_and_come_back_when_somebody_takes_them() throws Exception {
        NodeServices services = agent(settings(true));
        store.commit(state -> state.with(
                Table.NODES, NetworkFacts.node("b", List.of("192.168.1.2"), List.of("10.0.2.0/24", "fd00:2::/112"))));
        await(() -> has("10.0.2.0/24") && has("fd00:2:0:0:0:0:0:0/112"));
        assertThat(services.network().problems()).isEmpty();
        assertThat(bench.run(bench.host, "ip route get 10.0.2.9; ip -d link show dev stentor_vxlan")
                        .output())
                .contains(
                        "10.0.2.9 via 169.254.7.1 dev stentor_vxlan src 192.168.1.1",
                        "mtu 1450",
                        "external",
                        "dstport 8472",
                        "02:53:54:4e:00:01");
        assertThat(bench.run(
                                bench.host,
                                "cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding"
                                        + " /proc/sys/net/ipv4/conf/stentor_vxlan/rp_filter")
                        .output()
                        .lines())
                .containsExactly("1", "1", "2");

        bench.must(bench.host, "ip route del 10.0.2.0/24");
        await(() -> has("10.0.2.0/24"));
        bench.must(bench.host, "ip link set stentor_vxlan down");
        await(() -> has("10.0.2.0/24") && has("fd00:2:0:0:0:0:0:0/112"));
        bench.must(bench.host, "ip link del stentor_vxlan");
        await(() -> has("10.0.2.0/24") && has("fd00:2:0:0:0:0:0:0/112"));
        bench.must(bench.host, "ip link set eth0 mtu 1400");
        await(() -> bench.net.link("stentor_vxlan").orElseThrow().mtu() == 1350);
        await(() -> services.network().devices().orElseThrow().podMtu() == 1350);

        store.commit(state -> state.without(Table.NODES, "b"));
        await(() -> !has("10.0.2.0/24") && !has("fd00:2:0:0:0:0:0:0/112"));
        assertThat(services.ledger().entries())
                .extracting(Object::toString)
                .anyMatch(e -> e.contains("net/ipv4/ip_forward"));
        services.close();

        agent(settings(false));
        await(() -> bench.net.link("stentor_vxlan").isEmpty());
        store.commit(state ->
                state.with(Table.NODES, NetworkFacts.node("b", List.of("192.168.1.2"), List.of("10.0.2.0/24"))));
        await(() -> has("10.0.2.0/24"));
        assertThat(bench.run(bench.host, "ip route show 10.0.2.0/24").output())
                .startsWith("10.0.2.0/24 via 192.168.1.2 dev eth0 proto 83 src 192.168.1.1");
    }

    @Test
    void a_firewall_that_drops_what_is_forwarded_lets_pods_pass_and_is_as_it_was_afterwards() throws Exception {
        Ledger ledger = Ledger.open(directory.resolve("ledger.json"));
        ForwardAccepts accepts = new ForwardAccepts(ledger, settings(true));
        assertThat(bench.kernel.inNamespace(bench.host, accepts::ensure)).isEmpty();
        assertThat(ledger.entries()).isEmpty();
        bench.must(bench.host, "iptables -P FORWARD DROP && iptables -A FORWARD -i lo -j DROP");

        assertThat(bench.kernel.inNamespace(bench.host, accepts::ensure)).isEmpty();
        assertThat(bench.kernel.inNamespace(bench.host, accepts::ensure)).isEmpty();

        assertThat(bench.run(bench.host, "iptables -S FORWARD").output().lines())
                .containsExactly(
                        "-P FORWARD DROP",
                        "-A FORWARD -o stentor_vxlan -m comment --comment stentor -j ACCEPT",
                        "-A FORWARD -i stentor_vxlan -m comment --comment stentor -j ACCEPT",
                        "-A FORWARD -o stn+ -m comment --comment stentor -j ACCEPT",
                        "-A FORWARD -i stn+ -m comment --comment stentor -j ACCEPT",
                        "-A FORWARD -i lo -j DROP");
        String key = "net/ipv4/ip_forward";
        ledger.enter(new Ledger.Sysctl(key, "0", "1"));
        bench.kernel.sysctls().set(key, "1");
        Restoration restoration = new Restoration(bench.kernel, ledger);
        for (Step step : restoration.steps(entry -> true)) {
            assertThat(bench.kernel.inNamespace(bench.host, step.work()::run)).isEmpty();
        }
        assertThat(bench.run(bench.host, "iptables -S FORWARD").output().lines())
                .containsExactly("-P FORWARD DROP", "-A FORWARD -i lo -j DROP");
        assertThat(bench.kernel.sysctls().get(key)).isEqualTo("0");
        assertThat(ledger.entries()).isEmpty();
    }

    @Test
    void what_others_left_and_run_on_the_host_is_seen() throws Exception {
        assertThat(bench.kernel.inNamespace(bench.host, () -> Traces.read(bench.kernel, 8472, Set.of("sleep"))))
                .isEqualTo(new Traces(List.of("lo", "peer0", "eth0"), Map.of(), Set.of(), Set.of(), false));
        bench.must(
                bench.host,
                "ip link add flannel.1 type vxlan id 1 dstport 8472 dev eth0 && ip link set flannel.1 up"
                        + " && iptables -t nat -N KUBE-SERVICES");
        Process sleep = new ProcessBuilder("nsenter", "--net=" + bench.host, "sleep", "1000").start();
        try {
            await(() -> bench.kernel
                    .inNamespace(bench.host, () -> Traces.read(bench.kernel, 8472, Set.of("sleep")))
                    .processes()
                    .contains("sleep"));
            Traces traces =
                    bench.kernel.inNamespace(bench.host, () -> Traces.read(bench.kernel, 8472, Set.of("other")));
            assertThat(traces.links()).contains("flannel.1");
            assertThat(traces.processes()).isEmpty();
            assertThat(traces.chains()).contains("KUBE-SERVICES");
            assertThat(traces.tunnelPort()).isTrue();
        } finally {
            sleep.destroyForcibly().waitFor();
        }
    }

    private boolean has(String destination) {
        for (Route route : bench.net.routes()) {
            if (route.destination().toString().equals(destination) && route.protocol() == PodLinks.PROTOCOL) {
                return true;
            }
        }
        return false;
    }
}
