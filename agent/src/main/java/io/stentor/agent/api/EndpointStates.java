package io.stentor.agent.api;

import io.stentor.bpf.Codec;
import io.stentor.bpf.generated.Maps;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.Endpoint;
import io.stentor.model.Problem;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// How far each endpoint of this node has got, by what the kernel holds and what it refused.
final class EndpointStates {
    /// Its datapath is in place.
    static final String READY = "ready";
    /// The kernel does not have it yet.
    static final String REGENERATING = "regenerating";
    /// A problem names it.
    static final String INVALID = "invalid";

    private final Map<Integer, Integer> held = new HashMap<>();
    private final Set<String> troubled = new HashSet<>();

    private EndpointStates() {}

    static EndpointStates read(AgentView view) {
        EndpointStates states = new EndpointStates();
        view.kernel().map(Maps.ENDPOINTS.name()).ifPresent(map -> {
            for (BpfMap.Entry entry : map.dump()) {
                states.held.put(
                        Codec.U32.decode(entry.key()),
                        io.stentor.bpf.generated.Endpoint.CODEC
                                .decode(entry.value())
                                .id());
            }
        });
        view.facts().applied().get().problems().stream().map(Problem::object).forEach(states.troubled::add);
        return states;
    }

    String of(Endpoint endpoint) {
        if (troubled.contains("endpoint " + endpoint.id())
                || troubled.contains(endpoint.attachment().hostInterface())) {
            return INVALID;
        }
        Integer id = held.get(endpoint.attachment().ifindex());
        return id != null && id == endpoint.id() ? READY : REGENERATING;
    }
}
