package io.stentor.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Maps;
import io.stentor.flow.KernelClock;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.node.Method;
import io.stentor.node.Reply;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;

/// The methods `maps.lb`, `maps.ct` and `maps.nat`: maps that belong together, joined, with names for
/// numbers, and chosen by a [Sieve]. The result that ends them has beside `count` how many rows were
/// `left` out by the limit.
final class JoinedMaps {
    private final AgentView view;

    private JoinedMaps(AgentView view) {
        this.view = view;
    }

    static Map<String, Method> of(AgentView view) {
        JoinedMaps joined = new JoinedMaps(view);
        return Map.of(
                "maps.lb", joined.method(JoinedMaps::balance),
                "maps.ct", joined.method(JoinedMaps::connections),
                "maps.nat", joined.method(JoinedMaps::masqueraded));
    }

    private interface Join {
        void pass(Map<String, BpfMap> maps, MapNames names, Sieve.Pass to) throws IOException;
    }

    private Method method(Join join) {
        return (request, reply) -> answer(join, request, reply);
    }

    private void answer(Join join, JsonNode request, Reply reply) throws IOException {
        Map<String, BpfMap> maps = view.kernel().maps().get();
        if (maps.isEmpty()) {
            reply.refuse(MapMethod.NOT_LOADED);
            return;
        }
        Sieve sieve;
        try {
            sieve = Sieve.of(request);
        } catch (IllegalArgumentException wrong) {
            reply.refuse(Objects.toString(wrong.getMessage()));
            return;
        }
        join.pass(maps, MapNames.of(view), sieve.new Pass(reply));
    }

    private static void balance(Map<String, BpfMap> maps, MapNames names, Sieve.Pass to) throws IOException {
        new BalanceRows(maps, names).pass(map(maps, Maps.FRONTENDS), to);
    }

    private static void connections(Map<String, BpfMap> maps, MapNames names, Sieve.Pass to) throws IOException {
        new ConnectionRows(maps, names, KernelClock.now()).pass(to);
    }

    private static void masqueraded(Map<String, BpfMap> maps, MapNames names, Sieve.Pass to) throws IOException {
        KernelClock clock = KernelClock.now();
        new MasqueradeRows(maps, names, new ConnectionRows(maps, names, clock), clock).pass(to);
    }

    /// @throws IllegalArgumentException if it is not there: all are, once there are any
    static BpfMap map(Map<String, BpfMap> maps, MapSpec<?, ?> wanted) {
        BpfMap map = maps.get(wanted.name());
        if (map == null) {
            throw new IllegalArgumentException("no map " + wanted.name() + " among " + maps.keySet());
        }
        return map;
    }
}
