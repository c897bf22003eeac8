package io.stentor.datapath.sync;

import java.time.Duration;

/// When to try again what has failed: after one second, then twice as long each time, up to a minute.
final class Backoff {
    private static final long FIRST = Duration.ofSeconds(1).toNanos();
    private static final long LAST = Duration.ofMinutes(1).toNanos();

    private long delay;
    private long due;

    /// @param now of [System#nanoTime], as everywhere here
    boolean waiting(long now) {
        return delay > 0 && due - now > 0;
    }

    void failed(long now) {
        delay = delay == 0 ? FIRST : Math.min(2 * delay, LAST);
        due = now + delay;
    }

    void succeeded() {
        delay = 0;
    }

    /// Nanoseconds until the next try, or [Long#MAX_VALUE] when nothing failed.
    long left(long now) {
        return delay == 0 ? Long.MAX_VALUE : Math.max(0, due - now);
    }
}
