package io.stentor.agent.api;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.stentor.agent.api.Samples.Values;
import io.stentor.flow.Wire;
import io.stentor.model.Endpoint;
import io.stentor.model.Family;
import io.stentor.model.Node;
import io.stentor.model.State;
import java.util.List;

/// What the agent knows, as metrics.
final class AgentMetrics implements MultiCollector {
    private final AgentView view;

    AgentMetrics(AgentView view) {
        this.view = view;
    }

    @Override
    public MetricSnapshots collect() {
        State state = view.facts().state().get();
        Health health = Health.of(view);
        Build build = Build.current();
        Samples samples = new Samples()
                .gauge(
                        "cilium_endpoint",
                        "Pods of this node.",
                        state.endpoints().size())
                .gauge(
                        "cilium_nodes_all_num",
                        "Nodes of the cluster that this one knows.",
                        state.nodes().size())
                .gauge(
                        "cilium_version",
                        "Which build this is; always 1.",
                        new Values().put(1, "version", build.version(), "revision", build.commit(), "arch", arch()))
                .gauge(
                        "stentor_problems",
                        "What is wrong and somebody should do something about; status says what.",
                        health.problems().size())
                .gauge("stentor_ready", "Whether the agent does its work: 1 or 0.", health.ready() ? 1 : 0)
                .gauge("stentor_state_revision", "Revision of the newest desired state.", state.revision())
                .gauge(
                        "stentor_applied_revision",
                        "Revision of the state that the kernel has been given; -1 before the first.",
                        view.facts().applied().get().revision());
        addEndpoints(samples, state);
        addAddresses(samples, state);
        return samples.snapshots();
    }

    /// In the words of container images, which dashboards know.
    private static String arch() {
        String arch = System.getProperty("os.arch");
        return arch.equals("aarch64") ? "arm64" : arch;
    }

    private void addEndpoints(Samples samples, State state) {
        EndpointStates states = EndpointStates.read(view);
        Values values = new Values();
        List.of(EndpointStates.READY, EndpointStates.REGENERATING, EndpointStates.INVALID)
                .forEach(name -> values.put(0, "endpoint_state", name));
        state.endpoints().values().forEach(endpoint -> values.put(1, "endpoint_state", states.of(endpoint)));
        samples.gauge("cilium_endpoint_state", "Pods of this node by how far their datapath is.", values);
    }

    private void addAddresses(Samples samples, State state) {
        Values used = new Values();
        Values capacity = new Values();
        Node self = state.nodes().get(view.about().node());
        for (Family family : Family.values()) {
            if (view.about().families().contains(family)) {
                String name = Wire.text(family);
                used.put(
                        state.endpoints()
                                .values()
                                .map(Endpoint::addresses)
                                .filter(addresses -> addresses.of(family).isPresent())
                                .count(),
                        "family",
                        name);
                capacity.put(0, "family", name);
                if (self != null) {
                    PoolUse.of(state, self).stream()
                            .filter(pool -> pool.pool().family() == family)
                            .forEach(pool -> capacity.put(pool.capacity(), "family", name));
                }
            }
        }
        samples.gauge("cilium_ip_addresses", "Addresses that pods of this node have.", used)
                .gauge("cilium_ipam_capacity", "Addresses that pods of this node can get.", capacity);
    }
}
