package io.stentor.node;

import io.stentor.kernel.Kernel;
import io.stentor.model.Applied;
import io.stentor.model.Node;
import io.stentor.model.PodName;
import io.stentor.model.Problem;
import io.stentor.model.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// All that a node does around the datapath, wired.
///
/// In the agent's main, in this order:
///
/// 1. [#open]: takes up the endpoints of an earlier agent and marks their source as synced.
///    [#prepare] mounts what the datapath is pinned on.
/// 2. [#listen]: the socket answers. CNI's ADD and STATUS say what is waited for until 5.
/// 3. [#start]: links, routes and host settings are kept from here on. [NodeNetwork#awaitDevices] says which devices
///    the datapath is attached to, and the MTU; it needs this node's own row in the store.
/// 4. The datapath's programs are loaded and the sync runs; [Applied] moves.
/// 5. [#announce]: the network configuration appears, and pods come; pods that went without a word are collected.
///
/// [#close] stops all of it and leaves the pods' network as it is.
public final class NodeServices implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("host");

    /// For a new pod's datapath; below the plugin's own patience of a minute.
    private static final Duration DATAPATH = Duration.ofSeconds(20);

    private static final Duration PERIOD = Duration.ofMinutes(1);

    private final Kernel kernel;
    private final NodeSettings settings;
    private final Parts parts;
    private final NodeNetwork network;
    private final Endpoints endpoints;
    private volatile Optional<AgentSocket> socket = Optional.empty();
    private volatile Optional<Thread> upkeep = Optional.empty();
    private volatile List<Problem> problems = List.of();
    private volatile Optional<Serving> serving = Optional.empty();
    private volatile String sockets = "";

    /// How this node serves Services.
    ///
    /// @param first   node port
    /// @param last    node port
    /// @param reserve whether the kernel is to be kept from using one for a connection of the node's
    /// @param sockets where the programs at sockets are; empty if there is no cgroup2
    public record Serving(int first, int last, boolean reserve, Optional<Path> sockets) {}

    /// What looks after the host.
    private record Parts(
            AgentLock lock,
            Ledger ledger,
            ForwardAccepts firewall,
            CniConfiguration configuration,
            PluginFile plugin) {}

    private NodeServices(Kernel kernel, NodeSettings settings, Parts parts, NodeNetwork network, Endpoints endpoints) {
        this.kernel = kernel;
        this.settings = settings;
        this.parts = parts;
        this.network = network;
        this.endpoints = endpoints;
    }

    /// @throws IOException if the state directory cannot be used, or another agent uses it
    public static NodeServices open(Kernel kernel, Store store, Applied applied, NodeSettings settings)
            throws IOException {
        List<Path> missing = Directories.missing(settings.places().state());
        Directories.makePrivate(settings.places().state());
        AgentLock lock = AgentLock.take(settings.places().state());
        Ledger ledger = Ledger.open(settings.places().state().resolve(Ledger.FILE));
        for (Path made : missing) {
            ledger.enter(new Ledger.Made(made));
        }
        Parts parts = new Parts(
                lock,
                ledger,
                new ForwardAccepts(ledger, settings),
                new CniConfiguration(settings.places(), ledger),
                new PluginFile(settings.places().plugin(), ledger));
        NetworkPass pass = new NetworkPass(kernel, settings, new HostSettings(kernel, ledger, settings));
        NodeNetwork network = new NodeNetwork(kernel, store, pass);
        EndpointFiles files = new EndpointFiles(settings.places().state().resolve("endpoints"));
        Allocations allocations = new Allocations(() -> self(store, settings), settings.families());
        PodLinks links = new PodLinks(kernel, settings.families());
        Endpoints endpoints =
                new Endpoints(kernel, files, allocations, links, new Endpoints.Followed(store, applied, DATAPATH));
        endpoints.restore();
        return new NodeServices(kernel, settings, parts, network, endpoints);
    }

    private static Optional<Node> self(Store store, NodeSettings settings) {
        return Optional.ofNullable(store.current().nodes().get(settings.nodeName()));
    }

    public Endpoints endpoints() {
        return endpoints;
    }

    public NodeNetwork network() {
        return network;
    }

    public Ledger ledger() {
        return parts.ledger;
    }

    /// What the node's network and settings lack; what endpoints lack is in State.
    public List<Problem> problems() {
        List<Problem> all = new ArrayList<>(problems);
        all.addAll(network.problems());
        return all;
    }

    public void start() {
        network.start();
    }

    /// Sees to a bpf file system for the datapath's pins.
    ///
    /// @throws IOException if the ledger cannot be written
    public void prepare(Path bpfRoot) throws IOException {
        if (!kernel.mounts().isBpffs(bpfRoot)) {
            parts.ledger.enter(new Ledger.Mounted(bpfRoot));
            kernel.mounts().ensureBpffs(bpfRoot);
        }
        parts.ledger.enter(new Ledger.Pinned(bpfRoot));
    }

    /// Says that this node serves Services, so that nobody else has to. Before [#announce].
    public void serve(Serving how) {
        serving = Optional.of(how);
    }

    /// Where the programs at sockets are, for people; "" where Services are not ours, or this was not looked at yet.
    public String sockets() {
        return sockets;
    }

    /// Answers on the agent's socket, `cni` beside the methods given.
    ///
    /// @throws IOException if the socket cannot be bound
    public void listen(Map<String, Method> methods) throws IOException {
        Path path = settings.places().socket();
        Directories.make(path.toAbsolutePath().getParent(), parts.ledger);
        parts.ledger.enter(new Ledger.Made(path));
        Map<String, Method> all = new HashMap<>(methods);
        all.put("cni", new CniMethod(endpoints, this::podMtu, this::notReady));
        socket = Optional.of(AgentSocket.open(path, all));
    }

    private int podMtu() {
        return network.devices().orElseThrow().podMtu();
    }

    /// Why pods cannot be taken yet; empty when they can.
    public Optional<String> notReady() {
        if (network.devices().isEmpty()) {
            return Optional.of("the agent does not know its node yet");
        }
        return lacking().or(() -> upkeep.isPresent() ? Optional.empty() : Optional.of("the agent is starting"));
    }

    /// What Kubernetes has to say of this node before it can take pods; empty when it has.
    public Optional<String> lacking() {
        return endpoints.lacking();
    }

    /// The agent is ready: the firewall lets pods' packets pass, the plugin is in its place, the network configuration
    /// appears. All are looked after from here on.
    ///
    /// @param gone tells pods that are known not to be there any more, whose endpoints are collected
    public void announce(Predicate<PodName> gone) {
        keepHost();
        StaleEndpoints stale = new StaleEndpoints(endpoints, kernel, gone, System::nanoTime);
        upkeep = Optional.of(Thread.ofPlatform().daemon().name("host").start(() -> keepOn(stale)));
    }

    /// In this order: who finds the configuration, finds the plugin.
    private void keepHost() {
        List<Problem> found = new ArrayList<>(parts.firewall.ensure());
        serving.ifPresent(how -> found.addAll(keepServices(how)));
        found.addAll(NativeFirewall.check());
        ForeignNetworks.find(kernel, settings).problems().stream()
                .filter(problem -> serving.isPresent() || !ForeignNetworks.isOfProxy(problem))
                .forEach(found::add);
        found.addAll(parts.plugin.ensure());
        found.addAll(parts.configuration.ensure());
        problems = List.copyOf(found);
    }

    private List<Problem> keepServices(Serving how) {
        SocketReach.Found found = new SocketReach(Path.of("/proc")).look(how.sockets, endpoints.namespaces());
        sockets = found.place();
        List<Problem> all = new ArrayList<>(found.problems());
        if (how.reserve) {
            all.addAll(new ReservedPorts(kernel, parts.ledger, PortList.range(how.first, how.last)).ensure());
        }
        return all;
    }

    private interface Chore {
        void run() throws CniError;
    }

    /// What fails once is due again, and must not keep the rest from being done.
    private static void attempt(Chore chore) {
        try {
            chore.run();
        } catch (CniError | RuntimeException failed) {
            LOG.log(System.Logger.Level.WARNING, "looking after the host failed", failed);
        }
    }

    private void keepOn(StaleEndpoints stale) {
        try {
            while (true) {
                attempt(stale::collect);
                Thread.sleep(PERIOD);
                attempt(this::keepHost);
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    /// Removes the network configuration, where the agent's end is to be the network's end (`cni-uninstall`).
    ///
    /// @throws IOException if it is there and cannot be removed
    public void withdraw() throws IOException {
        parts.configuration.remove();
    }

    @Override
    public void close() {
        socket.ifPresent(AgentSocket::close);
        upkeep.ifPresent(Thread::interrupt);
        network.close();
        try {
            parts.lock.close();
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.DEBUG, "lock: {0}", failed.getMessage());
        }
    }
}
