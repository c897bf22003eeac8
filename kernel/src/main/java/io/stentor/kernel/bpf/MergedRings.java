package io.stentor.kernel.bpf;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/// Several rings read as one: of their oldest records always the one with the smallest time comes first.
///
/// All rings are marked before the first record is looked at. So what one mark saw comes out in order of time as far
/// as each ring is in that order itself, which is the order in which programs reserved their records. A record that is
/// still being written holds back its own ring alone, until the next mark.
public final class MergedRings implements RingBuffer {
    private static final long NEVER = Long.MAX_VALUE;

    private final List<RingBuffer> rings;
    private final ToLongFunction<MemorySegment> time;
    /// What each ring shows, and the times of that.
    private final List<Optional<MemorySegment>> heads = new ArrayList<>();

    private final long[] times;
    private int first;

    /// @param rings closed with this
    /// @param time  of a record
    public MergedRings(List<RingBuffer> rings, ToLongFunction<MemorySegment> time) {
        this.rings = List.copyOf(rings);
        this.time = time;
        this.times = new long[rings.size()];
        rings.forEach(_ -> heads.add(Optional.empty()));
    }

    @Override
    public void mark() {
        rings.forEach(RingBuffer::mark);
        for (int i = 0; i < rings.size(); i++) {
            look(i);
        }
        choose();
    }

    private void look(int ring) {
        Optional<MemorySegment> head = rings.get(ring).peek();
        heads.set(ring, head);
        times[ring] = head.map(record -> Math.min(time.applyAsLong(record), NEVER - 1))
                .orElse(NEVER);
    }

    /// There are a few rings: looking at each is quicker than keeping them sorted.
    private void choose() {
        first = 0;
        for (int i = 1; i < times.length; i++) {
            if (times[i] < times[first]) {
                first = i;
            }
        }
    }

    @Override
    public Optional<MemorySegment> peek() {
        return heads.isEmpty() ? Optional.empty() : heads.get(first);
    }

    @Override
    public void advance() {
        rings.get(first).advance();
        look(first);
        choose();
    }

    @Override
    public long waiting() {
        return rings.stream().mapToLong(RingBuffer::waiting).sum();
    }

    @Override
    public void close() {
        heads.replaceAll(_ -> Optional.empty());
        rings.forEach(RingBuffer::close);
    }
}
