package io.stentor.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Counter;
import io.stentor.bpf.generated.CtAccount;
import io.stentor.bpf.generated.Maps;
import io.stentor.flow.KernelClock;
import io.stentor.flow.Wire;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.node.Method;
import io.stentor.node.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The method `maps`: what the kernel's maps hold, read when asked. Without a `name`, which maps there are.
///
/// Also maps that the programs own are only looked at, never changed.
final class MapMethod implements Method {
    static final String NOT_LOADED = "the programs are not loaded yet; status says what the agent waits for";

    private final AgentView.KernelView kernel;

    MapMethod(AgentView.KernelView kernel) {
        this.kernel = kernel;
    }

    @Override
    public void handle(JsonNode request, Reply reply) throws IOException {
        String wanted = request.path("name").asText("");
        Map<String, BpfMap> open = kernel.maps().get();
        if (open.isEmpty()) {
            reply.refuse(NOT_LOADED);
            return;
        }
        if (wanted.isEmpty()) {
            list(open, new Rows(reply));
            return;
        }
        for (MapSpec<?, ?> map : Maps.ALL) {
            BpfMap held = open.get(map.name());
            if (map.name().equals(wanted) && held != null) {
                dump(map, held, new Rows(reply));
                return;
            }
        }
        reply.refuse("no map " + wanted + "; there are "
                + open.keySet().stream().sorted().collect(Collectors.joining(", ")));
    }

    private static void list(Map<String, BpfMap> open, Rows rows) throws IOException {
        for (MapSpec<?, ?> map : Maps.ALL) {
            BpfMap held = open.get(map.name());
            if (held != null) {
                rows.add(Rows.object()
                        .put("map", map.name())
                        .put("type", Wire.text(map.type()))
                        .put("owner", Wire.text(map.shape().owner()))
                        .put("entries", held.keys().size())
                        .put("maxEntries", held.spec().maxEntries()));
            }
        }
        rows.end();
    }

    private static void dump(MapSpec<?, ?> map, BpfMap held, Rows rows) throws IOException {
        MapRows decoded = new MapRows(map, KernelClock.now());
        // Hash maps answer in the order of their buckets.
        List<BpfMap.Entry> entries = new ArrayList<>(held.dump());
        entries.sort((a, b) -> Arrays.compareUnsigned(a.key(), b.key()));
        for (BpfMap.Entry entry : entries) {
            // an account for each endpoint that there might be
            if (map.equals(Maps.CT_ACCOUNTS) && Arrays.equals(entry.value(), new byte[CtAccount.SIZE])) {
                continue;
            }
            if (!map.type().perCpu()) {
                rows.add(decoded.entry(entry.key(), entry.value()));
                continue;
            }
            List<byte[]> processors = held.splitPerCpu(entry.value());
            if (map.equals(Maps.METRICS)) {
                Counter sum = DatapathCounters.sum(processors);
                if (!sum.equals(Counter.ZERO)) {
                    rows.add(decoded.entry(entry.key(), sum.encode()));
                }
            } else {
                for (int cpu = 0; cpu < processors.size(); cpu++) {
                    ObjectNode row = Rows.object().put("processor", cpu);
                    row.setAll(decoded.entry(entry.key(), processors.get(cpu)));
                    rows.add(row);
                }
            }
        }
        rows.end();
    }
}
