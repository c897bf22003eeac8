package io.stentor.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.LabSpec;
import io.stentor.lab.LabSpec.Families;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.lab.LabSpec.Shape;
import io.stentor.lab.LabSpec.Underlay;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An agent whose surroundings are not as they should be: what it says, and that pods go on.
class AgentLifeLabIT {

    private static final LabSpec SPEC = new LabSpec(
            "agent-life",
            2,
            new Shape(Routing.TUNNEL, Underlay.FLAT, Families.IPV4),
            true,
            Map.of("ipam.mode", "cluster-pool"));

    private static TrafficLab lab;

    @BeforeAll
    static void up() throws IOException {
        lab = TrafficLab.up(SPEC);
        lab.runPods(1, "here");
        lab.runPods(2, "there");
        // It drops what is not from an address that a node had at the start.
        lab.fabric().run("nft", "flush", "chain", "bridge", "fabric", "sources");
    }

    @AfterAll
    static void down() throws IOException {
        TrafficLab.end(lab, SPEC);
    }

    private static List<String> problems(JsonNode status) {
        List<String> problems = new ArrayList<>();
        status.path("problems")
                .forEach(p -> problems.add(
                        (p.path("object").asText() + " " + p.path("field").asText()).strip() + ": "
                                + p.path("reason").asText()));
        return problems;
    }

    private static void await(int node, Predicate<JsonNode> wanted) throws InterruptedException {
        long end = System.nanoTime() + Running.PATIENCE.toNanos();
        JsonNode status = lab.status(node);
        while (!wanted.test(status)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("the status of node-" + node + " is still " + status.toPrettyString());
            }
            Thread.sleep(100);
            status = lab.status(node);
        }
    }

    private static boolean isFine(JsonNode status) {
        return status.path("status").asText().equals("ok");
    }

    private static void podsTalk() {
        IpAddress there = lab.pod("there").address(Family.IPV4);
        assertThat(lab.pod("here").ask("tcp", there, "who"))
                .isEqualTo(lab.pod("here").address(Family.IPV4) + " " + there);
    }

    /// Nodes hear of each other's addresses one after the other, and drop what comes from one that they do not know.
    private static void awaitTalk() throws InterruptedException {
        long end = System.nanoTime() + Running.PATIENCE.toNanos();
        while (true) {
            try {
                podsTalk();
                return;
            } catch (AssertionError notYet) {
                if (System.nanoTime() > end) {
                    throw notYet;
                }
                Thread.sleep(200);
            }
        }
    }

    @Test
    void the_operator_ends_in_peace_and_is_started_again() throws Exception {
        lab.restartOperator();
        List<String> log = lab.operatorLog();
        assertThat(log).anyMatch(line -> line.endsWith("stopped"));
        long end = System.nanoTime() + Running.PATIENCE.toNanos();
        while (log.stream().filter(line -> line.contains("started health=")).count() < 2) {
            assertThat(System.nanoTime()).as("the operator's second start").isLessThan(end);
            Thread.sleep(50);
            log = lab.operatorLog();
        }
    }

    @Test
    void without_the_api_server_an_agent_starts_says_so_and_takes_pods() throws Exception {
        await(1, AgentLifeLabIT::isFine);
        lab.node(1).run("iptables", "-A", "OUTPUT", "-p", "tcp", "--dport", "6443", "-j", "REJECT");
        try {
            lab.agent("kill", 1);
            lab.agent("restart", 1);
            assertThat(lab.status(1).path("parts").toString())
                    .contains(
                            "cannot be reached: connection refused",
                            "what was known before holds",
                            "pods can be started");
            String plugin = "cd /run/stentor-node && CNI_CONTAINERID=byhand CNI_NETNS=/run/netns/byhand CNI_IFNAME=eth0"
                    + " CNI_COMMAND=%s bin/stentor-cni <net.d/05-stentor.conflist";
            lab.node(1).run("ip", "netns", "add", "byhand");
            assertThat(lab.node(1).run("sh", "-c", plugin.formatted("ADD"))).contains("\"ips\"");
            lab.node(1)
                    .run(
                            "ip",
                            "netns",
                            "exec",
                            "byhand",
                            "ping",
                            "-nc1",
                            "-W5",
                            lab.pod("there").address(Family.IPV4).toString());
            lab.node(1).run("sh", "-c", plugin.formatted("DEL"));
            lab.node(1).run("ip", "netns", "delete", "byhand");
            podsTalk();
        } finally {
            lab.node(1).run("iptables", "-D", "OUTPUT", "-p", "tcp", "--dport", "6443", "-j", "REJECT");
        }
        await(1, AgentLifeLabIT::isFine);
    }

    @Test
    void what_other_networks_left_is_told_and_one_that_runs_is_refused(@TempDir Path directory) throws Exception {
        lab.node(1)
                .run(
                        "sh",
                        "-c",
                        "ip link add flannel.1 type bridge && iptables -t nat -N KUBE-SERVICES"
                                + " && rm /run/stentor-node/bin/stentor-cni");
        try {
            lab.agent("restart", 1);
            assertThat(problems(lab.status(1)))
                    .containsExactlyInAnyOrder(
                            "host flannel: has left its link flannel.1 on this host: delete it, or reboot the node",
                            "host kube-proxy: has left something on this host (chain KUBE-SERVICES), where Services are"
                                    + " Stentor's: its rules lead to what it knew last. 'kube-proxy --cleanup' or a"
                                    + " reboot removes them");
            lab.node(1).run("test", "-x", "/run/stentor-node/bin/stentor-cni");
            Path cilium = Files.copy(Path.of("/bin/sleep"), directory.resolve("cilium-agent"));
            try (Running running = lab.node(1).start(cilium.toString(), "1000")) {
                assertThat(running.lines()).isEmpty();
                assertThatThrownBy(() -> lab.agent("restart", 1))
                        .hasMessageContaining("Cilium is at work on this host (process cilium-agent runs), and two"
                                + " datapaths cannot have the same packets: uninstall it and reboot the node, then start"
                                + " Stentor");
                podsTalk();
                running.end("TERM");
            }
        } finally {
            lab.node(1).run("sh", "-c", "ip link delete flannel.1 && iptables -t nat -X KUBE-SERVICES");
        }
        lab.agent("restart", 1);
        await(1, AgentLifeLabIT::isFine);
        podsTalk();
    }

    @Test
    void a_nodes_address_may_change_and_may_be_claimed_by_another() throws Exception {
        IpAddress before = lab.node(1).address(Family.IPV4);
        IpAddress after = before.plus(100);
        lab.node(1).run("ip", "address", "add", after + "/24", "dev", "eth0");
        lab.setInternalIp(1, after);
        await(1, status -> status.path("addresses").toString().contains(after.toString()));
        awaitTalk();

        lab.setInternalIp(1, lab.node(2).address(Family.IPV4));
        await(
                1,
                status -> problems(status)
                        .contains("CiliumNode/node-1 spec.addresses: "
                                + lab.node(2).address(Family.IPV4)
                                + " is no address of this host, which keeps " + after
                                + ": another host claims the name node-1, or the kubelet's --node-ip is wrong"));
        await(
                2,
                status -> problems(status)
                        .contains("CiliumNode/node-1 spec.addresses: "
                                + lab.node(2).address(Family.IPV4)
                                + " is an address of node node-2 already and is left out here"));
        IpAddress outside = lab.outside().address(Family.IPV4);
        assertThat(lab.pod("here")
                        .attempt("ping", "-nc1", "-W5", outside.toString())
                        .exit())
                .isZero();

        lab.setInternalIp(1, before);
        await(1, AgentLifeLabIT::isFine);
        await(2, AgentLifeLabIT::isFine);
        lab.node(1).run("ip", "address", "delete", after + "/24", "dev", "eth0");
        awaitTalk();
    }
}
