package io.stentor.lab;

import io.stentor.kernel.Kernel;
import io.stentor.lab.kubelet.HttpGet;
import io.stentor.lab.kubelet.Kubelet;
import io.stentor.lab.kubelet.NodeDialer;
import io.stentor.lab.kubelet.NodeTerms;
import io.stentor.lab.topology.Host;
import io.stentor.lab.topology.NodeSpace;
import io.stentor.lab.topology.Topology;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A node of a running lab: its kubelet and its agent, switched on and off.
final class LabNode {

    private static final int HEALTH_PORT = 9879;
    private static final Duration HEALTH_PATIENCE = Duration.ofMillis(500);

    /// What all nodes share.
    record Cluster(Topology topology, Installation installation, Server server, Kernel kernel) {}

    private final Cluster cluster;
    private final Host host;
    private final NodeSpace space;
    private final NodeDialer dialer;
    private final Optional<Program> agent;
    private volatile @Nullable Kubelet kubelet;

    LabNode(Cluster cluster, Host host) {
        this.cluster = cluster;
        this.host = host;
        this.space = cluster.topology().space(host);
        this.dialer = new NodeDialer(cluster.kernel(), space.netnsFile());
        LabSpec spec = cluster.topology().plan().spec();
        this.agent = spec.agents() ? Optional.of(agentProgram()) : Optional.empty();
    }

    Host host() {
        return host;
    }

    private Program agentProgram() {
        List<String> flags = new ArrayList<>(List.of(
                "--config-dir=" + NodeFiles.CONFIG,
                "--k8s-kubeconfig-path=" + NodeFiles.KUBECONFIG,
                "--k8s-node-name=" + host.name(),
                "--state-dir=" + NodeFiles.STATE,
                "--cni-conf-dir=" + NodeFiles.CNI_CONF,
                "--cni-bin-dir=" + NodeFiles.CNI_BIN));
        List<String> command = cluster.installation().command("agent", "io.stentor.agent.AgentMain", flags);
        return new Program(
                host.name(),
                space.enter("agent", command),
                cluster.topology().directory().log(host.name()));
    }

    /// Starts kubelet and agent in the node's namespaces, which are in place.
    synchronized void boot() {
        LabSpec spec = cluster.topology().plan().spec();
        space.cgroup().child("agent").create();
        NodeFiles files = new NodeFiles(space);
        files.writeConfiguration(AgentKeys.of(spec));
        agent.ifPresent(program -> {
            cluster.server()
                    .writeKubeconfig(
                            files.outside(NodeFiles.KUBECONFIG),
                            host.segment().gateways().getFirst(),
                            "system:node:" + host.name());
            files.installPlugin(cluster.installation().cniPlugin());
            program.start();
        });
        kubelet = Kubelet.start(host, space, cluster.server().objects(), dialer, terms(spec));
    }

    /// On a real cluster the node is not for everybody's pods, and behind nobody's load balancer.
    private static NodeTerms terms(LabSpec spec) {
        Map<String, String> labels = spec.real()
                .map(real ->
                        Map.of(NodeTerms.ID, real.id(), "node.kubernetes.io/exclude-from-external-load-balancers", ""))
                .orElse(Map.of());
        boolean reserved = spec.real().filter(real -> !real.schedulable()).isPresent();
        return new NodeTerms(spec.name(), labels, AgentKeys.operatorRuns(spec), reserved);
    }

    /// Switches the node off.
    synchronized void stop() throws InterruptedException {
        Kubelet running = kubelet;
        if (running == null) {
            throw new LabFailure("'" + host.name() + "' is switched off already.");
        }
        running.close();
        kubelet = null;
        if (agent.isPresent()) {
            agent.get().kill();
        }
        cluster.topology().powerOff(host);
    }

    /// Switches the node on again.
    synchronized void start() {
        if (kubelet != null) {
            throw new LabFailure("'" + host.name() + "' is switched on already.");
        }
        cluster.topology().powerOn(host);
        boot();
    }

    void killAgent() throws InterruptedException {
        runningAgent().kill();
    }

    /// Sends SIGTERM to the agent, which stays away.
    ///
    /// @return its exit code; empty when it was never started
    OptionalInt endAgent() throws InterruptedException {
        return runningAgent().stop();
    }

    /// Starts the agent unless it runs.
    void launchAgent() {
        runningAgent().start();
    }

    /// Starts the agent again, dead or alive.
    void restartAgent() throws InterruptedException {
        Program program = runningAgent();
        program.stop();
        program.start();
    }

    private Program runningAgent() {
        if (kubelet == null) {
            throw new LabFailure(
                    "'" + host.name() + "' is switched off; 'stentor lab start " + host.name() + "' switches it on.");
        }
        return agent.orElseThrow(() -> new LabFailure("This lab runs without agents."));
    }

    /// Empty when no agent runs.
    OptionalLong agentPid() {
        return agent.map(Program::pid).orElse(OptionalLong.empty());
    }

    /// Whether the agent says that it is healthy. A node that is to have none is fine.
    boolean agentHealthy() {
        if (agent.isEmpty()) {
            return kubelet != null;
        }
        if (agent.get().pid().isEmpty()) {
            return false;
        }
        for (String loopback : List.of("127.0.0.1", "::1")) {
            try {
                InetSocketAddress target = new InetSocketAddress(InetAddress.ofLiteral(loopback), HEALTH_PORT);
                return new HttpGet(target, "/healthz", Map.of()).status(dialer, HEALTH_PATIENCE) == 200;
            } catch (IOException notThere) {
                // Perhaps on the other family.
            }
        }
        return false;
    }

    /// What is wrong for good with the agent: it will not be started again.
    Optional<String> agentFailure() {
        return agent.filter(program -> program.lastExit().orElse(0) == LabFailure.WRONG_USE)
                .map(program -> "The agent of " + host.name() + " refuses its configuration: "
                        + Tail.lastLine(cluster.topology().directory().log(host.name())));
    }

    /// @throws LabFailure when the node is switched off
    Kubelet kubelet() {
        Kubelet running = kubelet;
        if (running == null) {
            throw new LabFailure("'" + host.name() + "' is switched off.");
        }
        return running;
    }

    boolean isOn() {
        return kubelet != null;
    }
}
