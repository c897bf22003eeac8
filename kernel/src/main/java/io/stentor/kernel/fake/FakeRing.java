package io.stentor.kernel.fake;

import io.stentor.kernel.bpf.RingBuffer;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/// A ring that tests write.
public final class FakeRing implements RingBuffer {
    private static final int HEADER = 8;

    private final Deque<byte[]> records = new ArrayDeque<>();

    FakeRing() {}

    /// As a program that submits a record.
    public synchronized void put(byte[] record) {
        records.add(record.clone());
    }

    @Override
    public int drain(Consumer<MemorySegment> reader) {
        int given = 0;
        while (true) {
            byte[] record;
            synchronized (this) {
                record = records.poll();
            }
            if (record == null) {
                return given;
            }
            given++;
            // native memory, as the real ring's records are
            try (var arena = java.lang.foreign.Arena.ofConfined()) {
                MemorySegment segment = arena.allocate(Math.max(1, record.length), 8);
                MemorySegment.copy(record, 0, segment, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, record.length);
                reader.accept(segment.asSlice(0, record.length));
            }
        }
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
