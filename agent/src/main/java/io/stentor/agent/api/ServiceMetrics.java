package io.stentor.agent.api;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.stentor.agent.api.Samples.Values;

/// What came of services, as metrics.
final class ServiceMetrics implements MultiCollector {
    private final ServiceChanges changes;

    ServiceMetrics(ServiceChanges changes) {
        this.changes = changes;
    }

    @Override
    public MetricSnapshots collect() {
        Values events = new Values();
        Samples.Histograms delays = new Samples.Histograms(ServiceChanges.BOUNDS);
        changes.times().forEach((action, times) -> {
            events.put(times.all(), "action", action.toString());
            delays.put(times.counts(), times.seconds(), "action", action.toString());
        });
        return new Samples()
                .counter("cilium_services_events", "Changes of services that the kernel was given.", events)
                .histogram(
                        "cilium_service_implementation_delay",
                        "Seconds from a service's change, or that of its backends, until the kernel has it.",
                        delays)
                .counter(
                        "cilium_k8s_terminating_endpoints_events",
                        "Endpoints of services that were seen to be about to end.",
                        new Values().put(changes.terminating()))
                .snapshots();
    }
}
