package io.stentor.agent.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.Frontend;
import io.stentor.bpf.generated.FrontendFlag;
import io.stentor.bpf.generated.FrontendKey;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.SlotKey;
import io.stentor.flow.Wire;
import io.stentor.kernel.bpf.BpfMap;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The maps of services joined: each frontend with the backends that the kernel has in its lists now.
final class BalanceRows {
    private final MapNames names;
    private final Map<SlotKey, Integer> slots = new HashMap<>();
    private final Map<Integer, Backend> backends = new HashMap<>();

    /// @param maps by name, those of services among them
    BalanceRows(Map<String, BpfMap> maps, MapNames names) {
        this.names = names;
        JoinedMaps.map(maps, Maps.SLOTS)
                .visit(e -> slots.put(
                        Maps.SLOTS.key().decode(e.key()), Maps.SLOTS.value().decode(e.value())));
        JoinedMaps.map(maps, Maps.BACKENDS)
                .visit(e -> backends.put(
                        Maps.BACKENDS.key().decode(e.key()),
                        Maps.BACKENDS.value().decode(e.value())));
    }

    void pass(BpfMap frontends, Sieve.Pass to) throws IOException {
        for (BpfMap.Entry entry : frontends.dump()) {
            FrontendKey at = FrontendKey.CODEC.decode(entry.key());
            Frontend frontend = Frontend.CODEC.decode(entry.value());
            to.add(row(at, frontend), List.of(new End(at.address(), at.port(), at.family())));
        }
        to.end();
    }

    private ObjectNode row(FrontendKey at, Frontend frontend) {
        ObjectNode row = Rows.object()
                .put("frontend", MapRows.end(at.address(), at.port(), at.family()))
                .put("protocol", Wire.protocol(at.protocol()))
                .put("id", Integer.toUnsignedLong(frontend.service()))
                .put("service", names.service(frontend.service()));
        list(row.putArray("inside"), frontend.inside(), frontend.insideCount());
        boolean fromOutside = (frontend.flags() & FrontendFlag.OUTSIDE) != 0;
        ArrayNode outside = row.putArray("outside");
        if (fromOutside) {
            list(outside, frontend.outside(), frontend.outsideCount());
        }
        row.put("affinitySeconds", Integer.toUnsignedLong(frontend.affinitySeconds()));
        ServiceMapRows.flags(row.putArray("flags"), frontend.flags());
        return row;
    }

    /// A place that leads nowhere is told: programs drop what comes to it.
    private void list(ArrayNode to, int list, int count) {
        for (int slot = 0; slot < count; slot++) {
            Integer number = slots.get(new SlotKey(list, slot));
            Backend backend = number == null ? null : backends.get(number);
            to.add(backend == null ? "missing" : MapRows.end(backend.address(), backend.port(), backend.family()));
        }
    }
}
