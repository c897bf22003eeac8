package io.stentor.kernel.bpf;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Consumer;

/// The reading end of a ring buffer map. To be polled, it never blocks. One thread reads, and closes it; [#waiting] may
/// be asked by others.
public interface RingBuffer extends AutoCloseable {

    /// Takes note of how far programs have written: [#peek] goes so far until the next call.
    void mark();

    /// The oldest record, unless all up to the mark have been taken or that one is still being written. Records that
    /// programs discarded are passed over.
    ///
    /// @return valid until [#advance]
    Optional<MemorySegment> peek();

    /// Takes the record that [#peek] showed; its room is the programs' again.
    void advance();

    /// Gives all records that are complete to `reader`, oldest first; what is written meanwhile waits for the next
    /// call. A segment is valid only during the call.
    ///
    /// @return how many were given
    default int drain(Consumer<MemorySegment> reader) {
        int given = 0;
        mark();
        for (Optional<MemorySegment> next = peek(); next.isPresent(); next = peek()) {
            reader.accept(next.get());
            advance();
            given++;
        }
        return given;
    }

    /// Bytes that wait, headers included; near the ring's size events are about to be lost.
    long waiting();

    @Override
    void close();
}
