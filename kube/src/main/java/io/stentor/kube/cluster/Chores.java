package io.stentor.kube.cluster;

import io.stentor.kube.KubeClient;
import io.stentor.kube.OperatorSettings;
import io.stentor.kube.Retrying;
import io.stentor.kube.ServiceWarnings;
import io.stentor.model.Family;
import java.time.Duration;
import java.util.Map;

/// All that the leading operator does, from its start until it is closed.
public final class Chores implements AutoCloseable {

    private static final String CRDS = "install the CRDs";
    private static final String ENDPOINTS = "collect CiliumEndpoints";
    private static final String NODES = "collect CiliumNodes";

    /// What has been installed is looked at again, for it may have been deleted or replaced by something older.
    private static final Duration CRD_INTERVAL = Duration.ofMinutes(5);

    private final KubeClient client;
    private final OperatorSettings settings;
    private final Counts counts;
    private final NodeChores nodes;
    private final ServiceWarnings warnings;
    private final Retrying periodic;

    /// Where figures for the metrics go. Its methods are called by any thread.
    public interface Counts {
        /// @param outcome `alive`, `deleted` or `fail`
        void endpointsCollected(String outcome, int count);
    }

    private Chores(KubeClient client, OperatorSettings settings, Counts counts) {
        this.client = client;
        this.settings = settings;
        this.counts = counts;
        this.nodes = new NodeChores(client, settings);
        this.warnings = ServiceWarnings.start(client, settings.chores().services());
        this.periodic = new Retrying("chores", this::act);
    }

    public static Chores start(KubeClient client, OperatorSettings settings, Counts counts) {
        Chores chores = new Chores(client, settings, counts);
        if (settings.chores().installCrds()) {
            chores.periodic.due(CRDS);
        } else {
            chores.nodes.start(client);
        }
        chores.dueAfter(ENDPOINTS, settings.chores().endpointGcInterval());
        chores.dueAfter(NODES, settings.chores().nodesGcInterval());
        return chores;
    }

    /// How many nodes have a pod CIDR of each family; nothing before the first allocation.
    public Map<Family, Long> podCidrs() {
        return nodes.counts();
    }

    private void dueAfter(String chore, Duration interval) {
        if (!interval.isZero()) {
            periodic.due(chore, interval);
        }
    }

    private void act(String chore) {
        switch (chore) {
            case CRDS -> {
                try {
                    Crds.install(client.kubernetes());
                    periodic.due(CRDS, CRD_INTERVAL);
                } finally {
                    // What cannot be installed may be there all the same.
                    nodes.start(client);
                }
            }
            case ENDPOINTS -> {
                EndpointCollection.Result result = new EndpointCollection(client.kubernetes()).collect();
                counts.endpointsCollected("alive", result.alive());
                counts.endpointsCollected("deleted", result.deleted());
                counts.endpointsCollected("fail", result.failed());
                dueAfter(ENDPOINTS, settings.chores().endpointGcInterval());
            }
            default -> {
                nodes.all();
                dueAfter(NODES, settings.chores().nodesGcInterval());
            }
        }
    }

    @Override
    public void close() {
        periodic.close();
        warnings.close();
        nodes.close();
    }
}
