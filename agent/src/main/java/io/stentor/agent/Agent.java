package io.stentor.agent;

import io.stentor.agent.api.AgentMethods;
import io.stentor.agent.api.AgentView;
import io.stentor.agent.api.EventPoll;
import io.stentor.agent.api.HealthChecks;
import io.stentor.agent.api.HealthServer;
import io.stentor.agent.api.MapPressure;
import io.stentor.agent.api.MetricsServer;
import io.stentor.agent.api.PartHealth;
import io.stentor.agent.api.ProblemLog;
import io.stentor.agent.api.ServiceChanges;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.Datapath;
import io.stentor.datapath.compile.Hooks;
import io.stentor.datapath.compile.MapCompiler;
import io.stentor.datapath.compile.Numbers;
import io.stentor.datapath.compile.ServedServices;
import io.stentor.datapath.compile.Unserved;
import io.stentor.datapath.explain.DryRuns;
import io.stentor.datapath.explain.ProgramDryRuns;
import io.stentor.datapath.sweep.ConnectionSweep;
import io.stentor.datapath.sweep.DepartureLoop;
import io.stentor.datapath.sweep.Departures;
import io.stentor.datapath.sweep.SweepLoop;
import io.stentor.datapath.sweep.Swept;
import io.stentor.datapath.sync.DatapathSync;
import io.stentor.datapath.sync.MapImage;
import io.stentor.datapath.sync.SyncLoop;
import io.stentor.flow.EventRing;
import io.stentor.kernel.Kernel;
import io.stentor.kernel.Linux;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kube.AgentSettings;
import io.stentor.kube.CiliumEndpointWriter;
import io.stentor.kube.CiliumNodeWriter;
import io.stentor.kube.KubeClient;
import io.stentor.kube.LocalPods;
import io.stentor.kube.MasqueradeRanges;
import io.stentor.kube.ServiceSettings;
import io.stentor.kube.Snapshot;
import io.stentor.kube.Sources;
import io.stentor.model.Applied;
import io.stentor.model.IpAddress;
import io.stentor.model.Problem;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import io.stentor.node.NodeDevices;
import io.stentor.node.NodeServices;
import io.stentor.node.OpenSockets;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/// The agent's parts, wired: facts from Kubernetes and from CNI meet in the [Store], the [SyncLoop] leads the kernel
/// after it, [Applied] reports back.
final class Agent implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("agent");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int EVENTS_KEPT = 16384;

    private final AgentSettings settings;
    private final AgentTerms terms;
    private final List<Problem> remarks;
    private final Store store = new Store(State.awaiting(EnumSet.allOf(Source.class)));
    private final Applied applied = new Applied();
    private final EventRing events = new EventRing(EVENTS_KEPT);
    private final ServiceChanges changes = new ServiceChanges();
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private volatile Optional<Programs> programs = Optional.empty();
    private volatile Optional<HealthChecks> checks = Optional.empty();

    /// The programs, once they are loaded.
    private record Programs(Datapath datapath, MapCompiler compiler, DatapathSync sync, SweepLoop sweep) {
        Map<String, BpfMap> maps() {
            return datapath.maps();
        }
    }

    /// What speaks with the API server.
    private record Cluster(KubeClient client, Sources sources, CiliumNodeWriter self, LocalPods pods) {
        /// Why it does not tell what it knows.
        Optional<String> trouble() {
            return client.problem().map(Problem::reason).or(sources::trouble);
        }
    }

    /// @param remarks what the configuration's reader had to say
    Agent(AgentSettings settings, List<Problem> remarks) {
        this.settings = settings;
        this.terms = new AgentTerms(settings);
        this.remarks = remarks;
    }

    /// Returns when pods can be started.
    ///
    /// @throws Refusal before anything is changed
    /// @throws IOException if the state directory or the socket cannot be used
    /// @throws io.stentor.kernel.KernelException if the kernel refuses what is needed
    void start() throws Refusal, IOException, InterruptedException {
        Preflight.privileges();
        // TLS and the client's classes take as long as binding the kernel's calls: side by side.
        FutureTask<KubeClient> connection = new FutureTask<>(() -> KubeClient.open(settings.api()));
        Thread.ofPlatform().daemon().name("connection").start(connection);
        Kernel kernel = opened(Linux.open());
        Preflight.check(kernel, terms.node());
        NodeServices node = opened(NodeServices.open(kernel, store, applied, terms.node()));
        node.prepare(settings.paths().bpfRoot());
        terms.serving(kernel).ifPresent(node::serve);
        recall();
        KubeClient client = connected(connection);
        node.start();
        Cluster cluster = follow(client, kernel);
        answer(node, cluster, kernel);
        load(kernel, node, cluster.sources);
        awaitFacts(node, cluster);
        awaitApplied();
        node.announce(cluster.pods::isGone);
        if (settings.paths().cni().uninstall()) {
            opened(node::withdraw);
        }
        cluster.self.ready(true);
        LOG.log(System.Logger.Level.INFO, "ready");
    }

    private KubeClient connected(Future<KubeClient> connection) throws Refusal, InterruptedException {
        try {
            return opened(connection.get());
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case IllegalArgumentException unusable -> throw new Refusal(Refusal.WRONG_USE, unusable.getMessage());
                case RuntimeException other -> throw other;
                case null, default -> throw new IllegalStateException(failed);
            }
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        synchronized (parts) {
            parts.push(part);
        }
        return part;
    }

    /// What earlier agents knew, and what needs no API server.
    private void recall() {
        opened(Snapshot.start(settings.paths().stateDir().resolve("cluster.json"), store));
        Optional<Path> ranges = settings.network().masquerade().rangesFile();
        if (ranges.isPresent()) {
            opened(MasqueradeRanges.start(ranges.get(), store));
        } else {
            store.commit(state -> state.withSynced(Source.MASQUERADE));
        }
    }

    private Cluster follow(KubeClient client, Kernel kernel) {
        Sources sources = opened(Sources.start(
                client,
                settings.nodeName(),
                address -> isHere(kernel, address),
                settings.network().services(),
                store));
        CiliumNodeWriter self = opened(CiliumNodeWriter.start(
                client, settings.nodeName(), settings.network().ipam(), sources::ownNode));
        LocalPods pods = opened(LocalPods.start(client, settings.nodeName(), sources.localPods()));
        opened(CiliumEndpointWriter.start(client, pods, store));
        return new Cluster(client, sources, self, pods);
    }

    private static boolean isHere(Kernel kernel, IpAddress address) {
        byte[] wanted = address.bytes();
        return kernel.netlink().addresses().stream()
                .anyMatch(held -> Arrays.equals(held.address().getAddress(), wanted));
    }

    /// Answers from now on, whatever the agent still waits for: that is what people ask it.
    private void answer(NodeServices node, Cluster cluster, Kernel kernel) throws IOException {
        MapPressure pressure = pressure(kernel);
        AgentView view = new AgentView(
                terms.about(),
                new AgentView.Facts(
                        store::current, applied::latest, () -> problems(node, cluster, pressure), this::services),
                new AgentView.KernelView(
                        () -> programs.map(Programs::maps).orElse(Map.of()),
                        () -> programs.map(loaded -> loaded.sync.differences()).orElse(List.of()),
                        events,
                        new AgentView.Measures(
                                pressure,
                                () -> programs.map(loaded -> loaded.sweep.runs())
                                        .orElse(new SweepLoop.Runs(0, 0)),
                                changes),
                        () -> dryRuns(kernel, node)),
                () -> terms.view(node.network().devices()),
                () -> parts(cluster, node));
        node.listen(AgentMethods.of(view));
        opened(HealthServer.open(settings.serving().health(), view));
        if (settings.serving().metrics().isPresent()) {
            opened(MetricsServer.open(settings.serving().metrics().get(), view));
        }
        ServiceSettings services = settings.network().services();
        if (services.balancing().enabled()) {
            ServiceSettings.HealthChecks wanted = services.upkeep().healthChecks();
            checks = Optional.of(opened(HealthChecks.start(
                    store, view, new HealthChecks.Wanted(wanted.services(), wanted.proxy()), cluster.self::isLeaving)));
        }
        opened(ProblemLog.start(view, remarks));
    }

    private ServedServices services() {
        return programs.map(loaded -> loaded.compiler.services(terms.maps())).orElse(ServedServices.NONE);
    }

    private Optional<DryRuns> dryRuns(Kernel kernel, NodeServices node) {
        return programs.map(loaded -> new ProgramDryRuns(
                kernel.bpf(),
                loaded.maps(),
                terms.config(store.current(), node.network().devices().orElseThrow(), kernel)));
    }

    private MapPressure pressure(Kernel kernel) {
        return new MapPressure(
                () -> programs.map(Programs::maps).orElse(Map.of()),
                terms.connections(kernel).sizes(),
                () -> programs.map(loaded -> loaded.sweep.latest()).orElse(Swept.NOTHING));
    }

    private static List<PartHealth> parts(Cluster cluster, NodeServices node) {
        List<PartHealth> parts = new ArrayList<>(List.of(kubernetes(cluster.client), cni(node)));
        if (!node.sockets().isEmpty()) {
            parts.add(PartHealth.ok("sockets", "programs at " + node.sockets()));
        }
        return parts;
    }

    private static PartHealth kubernetes(KubeClient client) {
        return client.problem()
                .map(problem -> PartHealth.degraded("kubernetes", problem.reason()))
                .orElseGet(() -> PartHealth.ok("kubernetes", client.server()));
    }

    private static PartHealth cni(NodeServices node) {
        return node.notReady()
                .map(reason -> PartHealth.unready("cni", reason))
                .orElseGet(() -> PartHealth.ok("cni", "pods can be started"));
    }

    /// What neither the state nor the sync knows, nor the parts' own health.
    private List<Problem> problems(NodeServices node, Cluster cluster, MapPressure pressure) {
        List<Problem> all = new ArrayList<>(remarks);
        all.addAll(node.problems());
        all.addAll(cluster.self.problems());
        checks.ifPresent(part -> all.addAll(part.problems()));
        programs.ifPresent(loaded -> {
            all.addAll(loaded.datapath.problems());
            all.addAll(loaded.compiler.problems());
        });
        all.addAll(pressure.problems());
        return all;
    }

    private void load(Kernel kernel, NodeServices node, Sources sources) throws InterruptedException {
        NodeDevices devices = awaitDevices(node);
        Datapath datapath = opened(Datapath.load(
                kernel.bpf(),
                settings.paths().bpfRoot(),
                terms.connections(kernel).sizes().entries(),
                terms.config(store.current(), devices, kernel)));
        MapCompiler compiler = new MapCompiler(terms.maps(), numbers(datapath.maps()));
        DepartureLoop departures = opened(DepartureLoop.start(departures(datapath, node, kernel)));
        DatapathSync maps = new DatapathSync(
                datapath.maps(),
                new DatapathSync.Watch(
                        Maps.BACKENDS.name(),
                        gone -> departures.gone(
                                gone.stream().map(Maps.BACKENDS.value()::decode).toList())));
        opened(EventPoll.start(datapath.events(), events));
        SweepLoop sweep = opened(SweepLoop.start(new ConnectionSweep(datapath.maps(), System::nanoTime)));
        Programs loaded = new Programs(datapath, compiler, maps, sweep);
        programs = Optional.of(loaded);
        opened(() -> programs = Optional.empty());
        Optional<Hooks.Sockets> sockets = terms.socketHooks(kernel);
        SyncLoop sync = opened(new SyncLoop(
                store,
                state -> compile(compiler, state),
                maps,
                state -> attach(loaded, state, node, kernel, sockets),
                applied));
        node.network().whenDevicesChange(() -> {
            sources.hostChanged();
            sync.resync();
        });
        sync.start();
    }

    private Departures departures(Datapath datapath, NodeServices node, Kernel kernel) {
        OpenSockets sockets =
                new OpenSockets(kernel, () -> node.endpoints().namespaces().keySet());
        boolean end = settings.network().services().upkeep().endSockets();
        return new Departures(datapath.maps(), connections -> end ? sockets.end(connections) : 0);
    }

    /// What services and backends are known by to those who use them.
    private static Numbers numbers(Map<String, BpfMap> maps) {
        return Numbers.restored(
                maps.get(Maps.BACKENDS.name()).dump(),
                maps.get(Maps.FRONTENDS.name()).dump());
    }

    /// Waits for what there is in the cluster, and for ranges that pods get addresses from. While the API server does
    /// not tell, because it is away or answers nonsense, what an earlier agent knew is enough.
    private void awaitFacts(NodeServices node, Cluster cluster) throws InterruptedException {
        long begin = System.nanoTime();
        State state = store.current();
        while (node.lacking().isPresent() || !state.synced()) {
            State later = store.awaitAfter(state.revision(), PATIENCE);
            boolean patient = System.nanoTime() - begin < PATIENCE.toNanos();
            if (!patient && node.lacking().isEmpty() && cluster.trouble().isPresent()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "going on with what was known before, for the API server does not tell more: "
                                + cluster.trouble().get());
                return;
            }
            if (later.revision() == state.revision()) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "waiting: " + node.lacking().orElse("Kubernetes has not told of " + state.awaited()));
            }
            state = later;
        }
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

    private List<MapImage<?, ?>> compile(MapCompiler compiler, State state) {
        changes.begin(state, System.nanoTime());
        return compiler.compile(state);
    }

    /// Runs when the entries of the state are written.
    private List<Problem> attach(
            Programs loaded, State state, NodeServices node, Kernel kernel, Optional<Hooks.Sockets> sockets) {
        changes.written(state, System.nanoTime());
        NodeDevices devices = node.network().devices().orElseThrow();
        List<Integer> outside =
                devices.outside().stream().map(NodeDevices.Device::ifindex).toList();
        List<Problem> problems = new ArrayList<>(loaded.datapath.attach(
                terms.config(state, devices, kernel),
                Hooks.of(state, devices.tunnel(), outside, sockets),
                state.synced()));
        problems.addAll(Unserved.problems(state, loaded.sync));
        problems.addAll(loaded.compiler.unserved(terms.maps(), loaded.sync));
        return problems;
    }

    private void awaitApplied() throws InterruptedException {
        long revision = store.current().revision();
        while (!applied.await(revision, PATIENCE)) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "waiting for the datapath: " + applied.latest().problems());
        }
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
