package io.stentor.agent.api;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.stentor.agent.api.Samples.Values;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.CtCounter;
import io.stentor.bpf.generated.EventBucket;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.sweep.SweepLoop;
import io.stentor.datapath.sweep.Swept;
import io.stentor.flow.Wire;
import io.stentor.kernel.bpf.BpfMap;
import java.util.List;

/// What the programs count and how full their maps are, as metrics.
final class DatapathMetrics implements MultiCollector {
    private final AgentView.KernelView kernel;

    DatapathMetrics(AgentView.KernelView kernel) {
        this.kernel = kernel;
    }

    @Override
    public synchronized MetricSnapshots collect() {
        Samples samples = new Samples();
        kernel.map(Maps.METRICS.name()).ifPresent(metrics -> addPackets(samples, metrics));
        kernel.map(Maps.EVENT_BUCKETS.name()).ifPresent(buckets -> {
            EventBucket events = DatapathCounters.events(buckets);
            samples.counter(
                            "cilium_bpf_ratelimit_dropped",
                            "Drops that were counted but not reported, by the rate limit of events.",
                            new Values().put(events.suppressed(), "usage", "events"))
                    .counter(
                            "stentor_events_lost",
                            "Events that found their processor's ring full.",
                            new Values().put(events.lost()));
        });
        kernel.map(Maps.CT_COUNTERS.name()).ifPresent(counters -> addOverflow(samples, counters));
        kernel.map(Maps.NAT_REFUSALS.name()).ifPresent(refusals -> {
            Values connections = new Values();
            NatRefusals.read(refusals)
                    .connections()
                    .forEach((address, count) -> connections.put(count, "address", address));
            samples.counter(
                    "stentor_nat_refused",
                    "Connections that found no free port of an address to go out under.",
                    connections);
        });
        addConnections(samples, kernel.measures().pressure().swept());
        addRuns(samples, kernel.measures().sweeps().get());
        kernel.map(Maps.NAT.name()).ifPresent(nat -> addBusiest(samples, nat));
        addCapacity(samples);
        Values pressure = new Values();
        kernel.measures().pressure().parts().forEach((map, part) -> pressure.put(part, "map_name", map));
        samples.gauge("cilium_bpf_map_pressure", "Entries of a map as a part of what it has room for.", pressure);
        return samples.snapshots();
    }

    private static void addOverflow(Samples samples, BpfMap counters) {
        CtCounter counted = DatapathCounters.overflow(counters);
        samples.counter(
                "stentor_conntrack_overflow",
                "Connections that found no room where they belong.",
                new Values()
                        .put(counted.overShare(), "table", Maps.CT_ANSWERED.name(), "reason", "share")
                        .put(counted.full(), "table", Maps.CT_ANSWERED.name(), "reason", "full")
                        .put(counted.natOverShare(), "table", Maps.NAT.name(), "reason", "share"));
    }

    private static void addConnections(Samples samples, Swept swept) {
        Values entries = new Values();
        swept.connections().forEach((kind, count) -> {
            String family = Wire.text(kind.family());
            String protocol = kind.tcp() ? "TCP" : "non-TCP";
            entries.put(count.alive(), "family", family, "protocol", protocol, "status", "alive");
            entries.put(count.deleted(), "family", family, "protocol", protocol, "status", "deleted");
        });
        samples.gauge(
                "cilium_datapath_conntrack_gc_entries",
                "Connections that the last collection left and deleted.",
                entries);
    }

    /// One run collects all families and protocols.
    private static void addRuns(Samples samples, SweepLoop.Runs runs) {
        Values all = new Values();
        for (Family family : Family.values()) {
            for (String protocol : List.of("TCP", "non-TCP")) {
                all.put(runs.completed(), run(family, protocol, "completed"));
                all.put(runs.failed(), run(family, protocol, "uncompleted"));
            }
        }
        samples.counter("cilium_datapath_conntrack_gc_runs", "Collections of connections that ended in silence.", all)
                .gauge(
                        "cilium_datapath_conntrack_gc_interval_seconds",
                        "Between two collections.",
                        new Values().put(SweepLoop.PERIOD.toSeconds(), "global", "global"));
    }

    private static String[] run(Family family, String protocol, String status) {
        return new String[] {"family", Wire.text(family), "protocol", protocol, "status", status};
    }

    private static void addBusiest(Samples samples, BpfMap nat) {
        Values busiest = new Values();
        MasqueradeUse.busiest(nat).forEach((family, count) -> busiest.put(count, "family", Wire.text(family)));
        samples.gauge(
                "cilium_nat_endpoint_max_connection",
                "Masqueraded connections to the one remote address and port that has most of them.",
                busiest);
    }

    private void addCapacity(Samples samples) {
        Values capacity = new Values();
        for (MapSpec<?, ?> spec : Maps.ALL) {
            kernel.map(spec.name())
                    .filter(map -> MapPressure.fills(spec.type()))
                    .ifPresent(map -> capacity.put(map.spec().maxEntries(), "map_group", spec.name()));
        }
        samples.gauge("cilium_bpf_map_capacity", "Entries that a map has room for.", capacity);
    }

    private static void addPackets(Samples samples, BpfMap metrics) {
        Values dropped = new Values();
        Values droppedBytes = new Values();
        Values forwarded = new Values();
        Values forwardedBytes = new Values();
        DatapathCounters.packets(metrics).forEach((kind, counter) -> {
            String direction = kind.direction().name();
            if (kind.forwarded()) {
                forwarded.put(counter.packets(), "direction", direction);
                forwardedBytes.put(counter.bytes(), "direction", direction);
            } else {
                String reason = kind.reasonText();
                dropped.put(counter.packets(), "reason", reason, "direction", direction);
                droppedBytes.put(counter.bytes(), "reason", reason, "direction", direction);
            }
        });
        samples.counter("cilium_drop_count", "Packets dropped.", dropped)
                .counter("cilium_drop_bytes", "Bytes of dropped packets.", droppedBytes)
                .counter("cilium_forward_count", "Packets forwarded.", forwarded)
                .counter("cilium_forward_bytes", "Bytes of forwarded packets.", forwardedBytes);
    }
}
