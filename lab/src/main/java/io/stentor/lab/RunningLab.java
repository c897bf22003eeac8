package io.stentor.lab;

import io.stentor.lab.topology.Topology;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// What there is of a lab so far, for those who ask.
final class RunningLab {

    private static final System.Logger LOG = System.getLogger("lab");

    private final Topology topology;
    private final List<String> progress = new CopyOnWriteArrayList<>();
    private final Map<String, LabNode> nodes = new LinkedHashMap<>();
    private volatile @Nullable ControlPlane control;

    RunningLab(Topology topology) {
        this.topology = topology;
    }

    Topology topology() {
        return topology;
    }

    /// Something was done.
    void step(String what) {
        LOG.log(System.Logger.Level.INFO, what);
        progress.add(what);
    }

    /// What was done, in order.
    List<String> progress() {
        return List.copyOf(progress);
    }

    void start(ControlPlane started) {
        control = started;
    }

    /// Empty as long as there is none.
    Optional<ControlPlane> control() {
        return Optional.ofNullable(control);
    }

    /// Boots a node.
    void add(LabNode node) {
        synchronized (nodes) {
            nodes.put(node.host().name(), node);
        }
        node.boot();
    }

    List<LabNode> nodes() {
        synchronized (nodes) {
            return List.copyOf(nodes.values());
        }
    }

    /// @throws LabFailure when the lab has no such node, or not yet
    LabNode node(String name) {
        String whole = topology.plan().node(name).name();
        synchronized (nodes) {
            LabNode node = nodes.get(whole);
            if (node == null) {
                throw new LabFailure("'" + name + "' is not started yet.");
            }
            return node;
        }
    }
}
