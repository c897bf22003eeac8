package io.stentor.kube;

import io.stentor.model.IpAddress;
import io.stentor.model.Problem;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;

/// The tables of objects, with the one thread that owns them: what happens to objects is put in, and what comes of it
/// is committed, together while there is much.
final class Intake implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("sources");

    /// Stands for all objects of a source where problems are kept by object; no object has this name.
    private static final String LISTING = "";

    private final Store store;
    private final String own;
    private final NodeTable nodes;
    private final PodTable pods = new PodTable();
    private final ObjectTable slices;
    private final ServiceTable services;
    private final HostPortTable hostPorts;
    private final OwnNodeTable ownNode = new OwnNodeTable();
    private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final Set<Source> listed = EnumSet.noneOf(Source.class);
    private final Thread owner;

    /// @param own    name of the agent's own node
    /// @param isHere whether this host has an address
    Intake(String own, Predicate<IpAddress> isHere, ServiceSettings settings, Store store) {
        this.own = own;
        this.store = store;
        this.nodes = new NodeTable(own, isHere);
        this.slices = PlainTable.ofSlices(settings);
        this.services = new ServiceTable(settings);
        this.hostPorts = new HostPortTable(settings, isHere);
        this.owner = Thread.ofVirtual().name("sources").start(this::run);
    }

    ObjectTable nodes() {
        return nodes;
    }

    ObjectTable pods() {
        return pods;
    }

    ObjectTable slices() {
        return slices;
    }

    ObjectTable services() {
        return services;
    }

    HostPortTable hostPorts() {
        return hostPorts;
    }

    /// The agent's own node is like this.
    void putOwnNode(LocalNode seen) {
        inbox.add(() -> {
            ownNode.seen(seen);
            services.nodeIs(seen.labels());
            listed.add(Source.OWN_NODE);
        });
    }

    /// Something for the owner of the tables to do.
    void put(Runnable step) {
        inbox.add(step);
    }

    /// All objects of a source have been put in.
    void putListed(Source source) {
        inbox.add(() -> listed.add(source));
    }

    void hostChanged() {
        inbox.add(() -> {
            nodes.hostChanged();
            hostPorts.hostChanged();
        });
    }

    /// While objects cannot be listed, what is known of them stays as it is.
    void cannotList(Source source, String kind, String reason) {
        String text = "the objects cannot be listed: " + reason;
        store.commit(state -> state.withProblems(source, LISTING, List.of(new Problem(kind, "", text))));
    }

    private void run() {
        List<Runnable> batch = new ArrayList<>();
        try {
            while (true) {
                batch.add(inbox.take());
                inbox.drainTo(batch);
                batch.forEach(Intake::attempt);
                batch.clear();
                attempt(this::commit);
            }
        } catch (InterruptedException closed) {
            // The end.
        }
    }

    private void commit() {
        if (nodes.settle()) {
            pods.nodesAre(
                    nodes.settled().values().stream().map(Translated::rows).toList(), own);
        }
        // A table stands behind those that it waits for.
        List<StateTable> tables = List.of(nodes, ownNode, pods, slices, services, hostPorts);
        store.commit(state -> {
            State next = state;
            for (StateTable table : tables) {
                next = isTold(table, next) ? with(table, next) : next;
            }
            return next;
        });
        State now = store.current();
        for (StateTable table : tables) {
            if (isTold(table, now)) {
                table.told();
                listed.remove(table.source());
            }
        }
    }

    private static boolean isTold(StateTable table, State state) {
        return table.after().stream().allMatch(state::synced);
    }

    private State with(StateTable table, State state) {
        State next = table.into(state);
        if (!listed.contains(table.source())) {
            return next;
        }
        next = state.synced(table.source()) ? next : table.alone(next);
        return next.withSynced(table.source()).withProblems(table.source(), LISTING, List.of());
    }

    /// One object that we stumble over must not keep the others away.
    private static void attempt(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "an object of the cluster was not understood", e);
        }
    }

    @Override
    public void close() {
        owner.interrupt();
    }
}
