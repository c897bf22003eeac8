package io.stentor.agent.api;

import io.stentor.bpf.generated.NatAddress;
import io.stentor.bpf.generated.NatRefused;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.model.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Addresses of the node whose ports were all in use when somebody needed one to go out under them.
final class NatRefusals {
    /// So long it is told of.
    private static final Duration RECENT = Duration.ofMinutes(5);

    private final Map<String, NatRefused> refused;

    private NatRefusals(Map<String, NatRefused> refused) {
        this.refused = refused;
    }

    static NatRefusals read(BpfMap map) {
        return new NatRefusals(map.dump().stream()
                .collect(Collectors.toMap(
                        entry -> address(NatAddress.CODEC.decode(entry.key())),
                        entry -> NatRefused.CODEC.decode(entry.value()))));
    }

    private static String address(NatAddress key) {
        return MapRows.address(key.address(), key.family().code());
    }

    /// How many connections found no port, by address.
    Map<String, Long> connections() {
        return refused.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().connections()));
    }

    /// @param now CLOCK_MONOTONIC, nanoseconds
    List<Problem> problems(long now) {
        return refused.entrySet().stream()
                .filter(entry -> now - entry.getValue().last() < RECENT.toNanos())
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> new Problem(
                        "address",
                        entry.getKey(),
                        "had no free port for " + entry.getValue().connections() + " connections, the last "
                                + Duration.ofNanos(now - entry.getValue().last())
                                        .toSeconds()
                                + " s ago: more than there are ports for go to one remote address and port"))
                .toList();
    }
}
