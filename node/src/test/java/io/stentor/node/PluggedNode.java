package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stentor.model.Applied;
import io.stentor.model.Family;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import io.stentor.model.Table;
import io.stentor.node.NodeSettings.DeviceSettings;
import io.stentor.node.NodeSettings.Families;
import io.stentor.node.NodeSettings.Places;
import io.stentor.node.NodeSettings.Routing;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A node of its own, with an agent around a datapath that follows at once, and its plugin.
abstract class PluggedNode {
    private static final ObjectMapper JSON = new ObjectMapper();

    final NodeBench bench = new NodeBench();
    final List<AutoCloseable> toClose = new ArrayList<>();

    @TempDir
    Path directory;

    Store store = new Store(State.awaiting(Set.of(Source.NODES, Source.ENDPOINTS)));
    Applied applied = new Applied();

    @BeforeEach
    void host() throws IOException {
        bench.must(
                bench.host,
                "ip link set lo up && ip link add eth0 mtu 1500 type veth peer name peer0"
                        + " && ip address add 192.168.1.1/24 dev eth0 && ip address add fd01::1/64 dev eth0 nodad"
                        + " && ip link set eth0 up && ip link set peer0 up"
                        + " && echo 1 >/proc/sys/net/ipv4/conf/all/rp_filter");
    }

    @AfterEach
    void clean() throws Exception {
        for (AutoCloseable each : toClose.reversed()) {
            each.close();
        }
        bench.close();
    }

    NodeSettings settings(boolean tunnel) {
        return new NodeSettings(
                "a",
                new Families(true, true),
                new Routing(tunnel, 8472, Family.IPV4, true, false),
                new DeviceSettings(0, List.of()),
                new Places(
                        directory.resolve("state"),
                        directory.resolve("agent.sock"),
                        directory.resolve("cni"),
                        true,
                        NetworkFacts.NO_PLUGIN));
    }

    /// An agent whose datapath follows at once; without `announce`, which would touch this machine's firewall.
    NodeServices agent(NodeSettings settings) throws Exception {
        store = new Store(State.awaiting(Set.of(Source.NODES, Source.ENDPOINTS)));
        applied = new Applied();
        NodeServices services = NodeServices.open(bench.kernel, store, applied, settings);
        toClose.add(services);
        Store mine = store;
        Applied report = applied;
        Thread follower = Thread.ofVirtual().start(() -> {
            try {
                for (State state = mine.current(); ; state = mine.awaitAfter(state.revision())) {
                    report.report(state.revision(), List.of());
                }
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        });
        toClose.add(follower::interrupt);
        store.commit(state -> state.with(
                        Table.NODES,
                        NetworkFacts.node(
                                "a", List.of("192.168.1.1", "fd01::1"), List.of("10.0.1.0/29", "fd00:1::/112")))
                .withSynced(Source.NODES));
        services.start();
        assertThat(services.network().awaitDevices(Duration.ofSeconds(10))).isPresent();
        return services;
    }

    void listen(NodeServices services) throws IOException {
        Method cni = new CniMethod(
                services.endpoints(),
                () -> services.network().devices().orElseThrow().podMtu(),
                Optional::empty);
        toClose.add(AgentSocket.open(directory.resolve("agent.sock"), Map.of("cni", cni)));
    }

    JsonNode cni(String command, String container, Path netns, int exitCode) throws IOException {
        return cni(command, Map.of("CNI_CONTAINERID", container, "CNI_NETNS", netns.toString()), "", exitCode);
    }

    JsonNode cni(String command, Map<String, String> variables, String more, int exitCode) throws IOException {
        Command done = attempt(command, variables, more);
        assertThat(done.exitCode()).as(command + ": " + done.output()).isEqualTo(exitCode);
        return parse(done.output());
    }

    /// @param more fields of the network configuration, each with a comma before it
    Command attempt(String command, Map<String, String> variables, String more) throws IOException {
        Map<String, String> all = new HashMap<>(
                Map.of("CNI_IFNAME", "eth0", "CNI_ARGS", "K8S_POD_NAMESPACE=default;K8S_POD_NAME=web;K8S_POD_UID=u-1"));
        all.putAll(variables);
        String configuration = "{\"cniVersion\":\"1.1.0\",\"name\":\"stentor\",\"type\":\"stentor-cni\","
                + "\"agent-socket\":\"" + directory.resolve("agent.sock") + "\"" + more + "}";
        return bench.plugin(command, all, configuration);
    }

    static JsonNode parse(String text) throws JsonProcessingException {
        return JSON.readTree(text);
    }

    static void await(BooleanSupplier condition) throws InterruptedException {
        pause(condition);
        assertThat(condition.getAsBoolean()).isTrue();
    }

    /// Until the condition holds, or patience has ended: whoever calls looks then.
    static void pause(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 500 && !condition.getAsBoolean(); i++) {
            Thread.sleep(20);
        }
    }
}
