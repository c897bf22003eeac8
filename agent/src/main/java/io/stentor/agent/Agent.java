package io.stentor.agent;

import io.stentor.agent.api.AgentMethods;
import io.stentor.agent.api.AgentView;
import io.stentor.agent.api.EventPoll;
import io.stentor.agent.api.HealthServer;
import io.stentor.agent.api.MetricsServer;
import io.stentor.bpf.generated.Config;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.Datapath;
import io.stentor.datapath.compile.Hooks;
import io.stentor.datapath.compile.MapCompiler;
import io.stentor.datapath.sync.DatapathSync;
import io.stentor.datapath.sync.SyncLoop;
import io.stentor.flow.EventRing;
import io.stentor.kernel.Kernel;
import io.stentor.kernel.Linux;
import io.stentor.kube.AgentSettings;
import io.stentor.kube.CiliumEndpointWriter;
import io.stentor.kube.CiliumNodeWriter;
import io.stentor.kube.KubeClient;
import io.stentor.kube.Sources;
import io.stentor.model.Applied;
import io.stentor.model.Problem;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import io.stentor.node.NodeDevices;
import io.stentor.node.NodeServices;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/// The agent's parts, wired: facts from Kubernetes and from CNI meet in the [Store], the [SyncLoop] leads the kernel
/// after it, [Applied] reports back.
final class Agent implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("agent");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int EVENTS_KEPT = 16384;

    private final AgentSettings settings;
    private final List<Problem> remarks;
    private final Store store = new Store(State.awaiting(EnumSet.allOf(Source.class)));
    private final Applied applied = new Applied();
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    /// @param remarks what the configuration's reader had to say
    Agent(AgentSettings settings, List<Problem> remarks) {
        this.settings = settings;
        this.remarks = remarks;
    }

    /// Returns when pods can be started.
    ///
    /// @throws IOException if the state directory or the socket cannot be used
    /// @throws io.stentor.kernel.KernelException if the kernel lacks or refuses what is needed
    void start() throws IOException, InterruptedException {
        Kernel kernel = opened(Linux.open());
        AgentTerms terms = new AgentTerms(settings);
        kernel.mounts().ensureBpffs(settings.paths().bpfRoot());
        NodeServices node = opened(NodeServices.open(kernel, store, applied, terms.node()));
        KubeClient client = opened(KubeClient.open(settings.api()));
        opened(Sources.start(client, settings.nodeName(), store));
        CiliumNodeWriter self = opened(CiliumNodeWriter.start(
                client, settings.nodeName(), settings.network().ipam()));
        opened(CiliumEndpointWriter.start(client, settings.nodeName(), store));
        node.start();
        NodeDevices devices = awaitDevices(node);

        Config config = terms.config(store.current(), devices, kernel);
        Datapath datapath = opened(Datapath.load(kernel.bpf(), settings.paths().bpfRoot(), config));
        MapCompiler compiler = new MapCompiler(terms.maps());
        DatapathSync maps = new DatapathSync(datapath.maps());
        EventRing events = new EventRing(EVENTS_KEPT);
        opened(EventPoll.start(kernel.bpf().ringBuffer(datapath.maps().get(Maps.EVENTS.name())), events));
        AgentView view = new AgentView(
                terms.about(),
                new AgentView.Facts(store::current, applied::latest, () -> problems(node)),
                new AgentView.KernelView(datapath.maps(), maps::differences, events),
                () -> terms.view(node.network().devices()),
                List::of);
        node.listen(AgentMethods.of(view));
        opened(HealthServer.open(settings.serving().health(), view));
        if (settings.serving().metrics().isPresent()) {
            opened(MetricsServer.open(settings.serving().metrics().get(), view));
        }
        SyncLoop sync = opened(new SyncLoop(
                store, compiler::compile, maps, state -> attach(datapath, terms, state, node, kernel), applied));
        node.network().whenDevicesChange(sync::resync);
        sync.start();
        awaitApplied();
        node.announce();
        self.ready(true);
        LOG.log(System.Logger.Level.INFO, "ready");
    }

    private <T extends AutoCloseable> T opened(T part) {
        synchronized (parts) {
            parts.push(part);
        }
        return part;
    }

    private static NodeDevices awaitDevices(NodeServices node) throws InterruptedException {
        while (true) {
            Optional<NodeDevices> devices = node.network().awaitDevices(PATIENCE);
            if (devices.isPresent()) {
                return devices.get();
            }
            LOG.log(System.Logger.Level.INFO, "waiting for this node's addresses and pod ranges from Kubernetes");
        }
    }

    private void awaitApplied() throws InterruptedException {
        long revision = store.current().revision();
        while (!applied.await(revision, PATIENCE)) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "waiting for the datapath: " + applied.latest().problems());
        }
    }

    private static List<Problem> attach(
            Datapath datapath, AgentTerms terms, State state, NodeServices node, Kernel kernel) {
        NodeDevices devices = node.network().devices().orElseThrow();
        List<Integer> outside =
                devices.outside().stream().map(NodeDevices.Device::ifindex).toList();
        return datapath.attach(
                terms.config(state, devices, kernel), Hooks.of(state, devices.tunnel(), outside), state.synced());
    }

    /// What neither the state nor the sync knows.
    private List<Problem> problems(NodeServices node) {
        List<Problem> all = new ArrayList<>(remarks);
        all.addAll(node.problems());
        return all;
    }

    /// Ends the parts in the reverse order of their start. Pods' network goes on.
    @Override
    public void close() {
        synchronized (parts) {
            while (!parts.isEmpty()) {
                AutoCloseable part = parts.pop();
                try {
                    part.close();
                } catch (Exception e) {
                    LOG.log(System.Logger.Level.WARNING, "not ended in order: " + part, e);
                }
            }
        }
    }
}
