package io.stentor.datapath.compile;

import io.stentor.bpf.generated.Maps;
import io.stentor.datapath.sync.DatapathSync;
import io.stentor.model.Endpoint;
import io.stentor.model.IpAddress;
import io.stentor.model.Problem;
import io.stentor.model.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Endpoints that the programs do not know wholly, because a map did not take an entry of theirs.
public final class Unserved {
    private Unserved() {}

    /// @param maps in or after the pass that wrote the state's entries
    /// @return one for each such endpoint, named by its [Endpoint#label]
    public static List<Problem> problems(State state, DatapathSync maps) {
        if (maps.isWhole(Maps.ENDPOINTS) && maps.isWhole(Maps.ADDRESSES)) {
            return List.of();
        }
        List<Problem> problems = new ArrayList<>();
        state.endpoints()
                .forEach((id, endpoint) -> refused(endpoint, maps)
                        .ifPresent(what -> problems.add(new Problem(
                                endpoint.label(), "", "is not served, pod " + endpoint.pod() + ": " + what))));
        return problems;
    }

    private static Optional<String> refused(Endpoint endpoint, DatapathSync maps) {
        if (maps.isRefused(Maps.ENDPOINTS, endpoint.attachment().ifindex())) {
            return Optional.of("its link has no room in the map endpoints");
        }
        for (IpAddress address : endpoint.addresses().all()) {
            if (maps.isRefused(Maps.ADDRESSES, Keys.of(address))) {
                return Optional.of(address + " has no room in the map addresses");
            }
        }
        return Optional.empty();
    }
}
