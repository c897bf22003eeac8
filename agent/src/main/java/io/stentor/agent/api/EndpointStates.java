package io.stentor.agent.api;

import io.stentor.bpf.Codec;
import io.stentor.bpf.generated.Maps;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.Endpoint;
import io.stentor.model.Problem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How far each endpoint of this node has got, by what the kernel holds and what it refused.
final class EndpointStates {
    /// Its datapath is in place.
    static final String READY = "ready";
    /// The kernel does not have it yet.
    static final String REGENERATING = "regenerating";
    /// A problem names it.
    static final String INVALID = "invalid";

    private final Map<Integer, Integer> held = new HashMap<>();
    private final List<Problem> problems;

    private EndpointStates(List<Problem> problems) {
        this.problems = problems;
    }

    static EndpointStates read(AgentView view) {
        EndpointStates states = new EndpointStates(view.facts().applied().get().problems());
        view.kernel().map(Maps.ENDPOINTS.name()).ifPresent(map -> {
            for (BpfMap.Entry entry : map.dump()) {
                states.held.put(
                        Codec.U32.decode(entry.key()),
                        io.stentor.bpf.generated.Endpoint.CODEC
                                .decode(entry.value())
                                .id());
            }
        });
        return states;
    }

    String of(Endpoint endpoint) {
        if (problems.stream().anyMatch(endpoint::concerns)) {
            return INVALID;
        }
        Integer id = held.get(endpoint.attachment().ifindex());
        return id != null && id == endpoint.id() ? READY : REGENERATING;
    }
}
