package io.stentor.datapath.sync;

import io.stentor.model.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The entries of one map that are not as its image says, by key.
final class Failures {
    private final Map<ByteString, Failure> byKey = new HashMap<>();

    /// Why one entry is not as it should be.
    ///
    /// @param desired the value that could not be written, or null if the entry could not be deleted
    /// @param reason  what the kernel said
    /// @param full    whether it was that the map has no room
    /// @param stale   whether another entry stands there now, which may point at what is to go
    record Failure(@Nullable ByteString desired, String reason, boolean full, boolean stale) {}

    void add(ByteString key, Failure failure) {
        byKey.put(key, failure);
    }

    /// The failure of writing this very value, or of deleting (null), if there was one.
    @Nullable
    Failure of(ByteString key, @Nullable ByteString desired) {
        Failure failure = byKey.get(key);
        return failure != null && Objects.equals(failure.desired, desired) ? failure : null;
    }

    Set<ByteString> keys() {
        return byKey.keySet();
    }

    int count() {
        return byKey.size();
    }

    boolean anyStale() {
        return byKey.values().stream().anyMatch(Failure::stale);
    }

    boolean anyFull() {
        return byKey.values().stream().anyMatch(Failure::full);
    }

    /// @param name    of the map
    /// @param desired how many entries it should have
    /// @param room    how many it can have
    List<Problem> problems(String name, int desired, int room) {
        List<Problem> problems = new ArrayList<>();
        long full = byKey.values().stream().filter(Failure::full).count();
        if (full > 0) {
            String reason = "is full: %d of %d entries do not fit into its %d".formatted(full, desired, room);
            problems.add(new Problem("map " + name, "", reason));
        }
        byKey.values().stream().filter(f -> !f.full).findFirst().ifPresent(first -> {
            String reason = (count() - full) + " entries are not as they should be: " + first.reason;
            problems.add(new Problem("map " + name, "", reason));
        });
        return problems;
    }
}
