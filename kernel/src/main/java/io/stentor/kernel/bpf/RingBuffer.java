package io.stentor.kernel.bpf;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/// The reading end of a ring buffer map. One reader at a time; to be polled, it never blocks.
public interface RingBuffer extends AutoCloseable {

    /// Gives all records that are complete to `reader`, oldest first. A segment is valid only during the call.
    /// Records that programs discarded are passed over; at one that is still being written it stops.
    ///
    /// @return how many were given
    int drain(Consumer<MemorySegment> reader);

    /// Bytes that wait, headers included; near the ring's size events are about to be lost.
    long waiting();

    @Override
    void close();
}
