package io.stentor.datapath.sweep;

import io.stentor.bpf.generated.Family;
import java.time.Duration;
import java.util.Map;

/// What one sweep found.
///
/// @param connections of `ct_answered`
/// @param masqueraded entries of `nat`
/// @param overflow    entries of `ct_overflow`
/// @param took        the whole of it
public record Swept(Map<Kind, Count> connections, Count masqueraded, int overflow, Duration took) {
    public static final Swept NOTHING = new Swept(Map.of(), new Count(0, 0), 0, Duration.ZERO);

    public Swept {
        connections = Map.copyOf(connections);
    }

    /// Which connections are counted together.
    public record Kind(Family family, boolean tcp) {}

    /// @param alive   that stay
    /// @param deleted that were past their deadline
    public record Count(int alive, int deleted) {
        Count plus(Count other) {
            return new Count(alive + other.alive, deleted + other.deleted);
        }
    }

    /// Of one protocol.
    public int alive(boolean tcp) {
        return connections.entrySet().stream()
                .filter(e -> e.getKey().tcp() == tcp)
                .mapToInt(e -> e.getValue().alive())
                .sum();
    }
}
