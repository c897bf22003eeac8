package io.stentor.agent.api;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.stentor.agent.api.Samples.Values;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.MapType;
import io.stentor.bpf.generated.EventBucket;
import io.stentor.bpf.generated.Maps;
import io.stentor.kernel.bpf.BpfMap;
import java.time.Duration;
import java.util.Map;

/// What the programs count and how full their maps are, as metrics.
final class DatapathMetrics implements MultiCollector {
    /// Counting a map's entries means to read it; scrapes come more often than tables fill.
    private static final long RECENT = Duration.ofSeconds(20).toNanos();

    private final AgentView.KernelView kernel;
    private Values pressure = new Values();
    private long pressureUntil = System.nanoTime();

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
        if (System.nanoTime() - pressureUntil >= 0) {
            pressure = pressure();
            pressureUntil = System.nanoTime() + RECENT;
        }
        samples.gauge("cilium_bpf_map_pressure", "Entries of a map as a part of what it has room for.", pressure);
        return samples.snapshots();
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

    private Values pressure() {
        Values values = new Values();
        Map<String, BpfMap> maps = kernel.maps().get();
        for (MapSpec<?, ?> map : Maps.ALL) {
            BpfMap held = maps.get(map.name());
            if (held != null && fills(map.type())) {
                values.put((double) held.keys().size() / held.spec().maxEntries(), "map_name", map.name());
            }
        }
        return values;
    }

    /// Arrays and rings always have all their room.
    private static boolean fills(MapType type) {
        return switch (type) {
            case HASH, LRU_HASH, PERCPU_HASH, LRU_PERCPU_HASH, LPM_TRIE, HASH_OF_MAPS -> true;
            default -> false;
        };
    }
}
