package io.stentor.lab.api;

import java.time.Duration;
import java.util.Optional;

/// The changes of a resource, in order, from a revision on.
public interface Watch extends AutoCloseable {

    /// The next change, or nothing when none came within the time.
    ///
    /// @throws ApiException 410 when changes were missed: list again and watch from there
    /// @throws IllegalStateException after [#close], also in a thread that waits here
    Optional<WatchEvent> next(Duration patience) throws InterruptedException;

    @Override
    void close();
}
