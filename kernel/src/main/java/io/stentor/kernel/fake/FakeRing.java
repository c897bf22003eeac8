package io.stentor.kernel.fake;

import io.stentor.kernel.bpf.RingBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// A ring that tests write.
public final class FakeRing implements RingBuffer {
    private static final int HEADER = 8;

    private final Deque<byte[]> records = new ArrayDeque<>();
    private int marked;

    FakeRing() {}

    /// As a program that submits a record.
    public synchronized void put(byte[] record) {
        records.add(record.clone());
    }

    @Override
    public synchronized void mark() {
        marked = records.size();
    }

    @Override
    public synchronized Optional<MemorySegment> peek() {
        return marked == 0 ? Optional.empty() : Optional.of(segment(records.element()));
    }

    @Override
    public synchronized void advance() {
        records.remove();
        marked--;
    }

    /// Native memory, as the real ring's records are.
    private static MemorySegment segment(byte[] record) {
        MemorySegment segment = Arena.ofAuto().allocate(Math.max(1, record.length), 8);
        MemorySegment.copy(record, 0, segment, ValueLayout.JAVA_BYTE, 0, record.length);
        return segment.asSlice(0, record.length);
    }

    @Override
    public synchronized long waiting() {
        return records.stream()
                .mapToLong(record -> (record.length + HEADER + 7L) & ~7L)
                .sum();
    }

    @Override
    public void close() {}
}
