package io.stentor.flow;

import java.time.Instant;

/// The datapath's clock, CLOCK_MONOTONIC in nanoseconds, against the time of day.
///
/// On Linux [System#nanoTime] is that same clock, so that one pair of readings relates the two. Taken anew for each
/// use: the time of day may be set, and the machine may have slept.
///
/// @param monotonic nanoseconds
/// @param time      at that moment
public record KernelClock(long monotonic, Instant time) {

    public static KernelClock now() {
        return new KernelClock(System.nanoTime(), Instant.now());
    }

    /// The time of day of a reading of the datapath's clock.
    public Instant at(long reading) {
        return time.plusNanos(reading - monotonic);
    }

    /// Whole seconds from now until a reading; negative when it is past.
    public long secondsUntil(long reading) {
        return (reading - monotonic) / 1_000_000_000L;
    }
}
