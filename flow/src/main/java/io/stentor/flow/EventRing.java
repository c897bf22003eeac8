package io.stentor.flow;

import io.stentor.bpf.generated.Event;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The datapath's last events, as the bytes that they came in: nothing is decoded, resolved or allocated until
/// somebody asks.
///
/// One thread adds; any number of [Cursor]s follow, each at its own pace. Nothing is queued for a cursor: one that
/// comes too late finds its next event overwritten, and counts it and what went with it as lost. So a slow reader costs
/// the others nothing, and memory is fixed.
public final class EventRing {
    private static final int SLOT = Event.SIZE;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition added = lock.newCondition();
    private final int capacity;
    private final byte[] slots;
    private long end;
    private long malformed;

    /// @param capacity events that are kept
    public EventRing(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a ring keeps at least one event, not " + capacity);
        }
        this.capacity = capacity;
        this.slots = new byte[Math.multiplyExact(capacity, SLOT)];
    }

    /// Adds one record as it lies in the datapath's rings. What has not an event's size is counted and left out.
    ///
    /// @param record read during the call alone
    public void add(MemorySegment record) {
        lock.lock();
        try {
            // A ring buffer rounds its records up to eight bytes; an event is a multiple of that.
            if (record.byteSize() != SLOT) {
                malformed++;
                return;
            }
            MemorySegment.copy(record, ValueLayout.JAVA_BYTE, 0, slots, slot(end), SLOT);
            end++;
            added.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private int slot(long number) {
        return (int) (number % capacity) * SLOT;
    }

    /// Events added so far.
    public long count() {
        lock.lock();
        try {
            return end;
        } finally {
            lock.unlock();
        }
    }

    /// Records that were no events.
    public long malformed() {
        lock.lock();
        try {
            return malformed;
        } finally {
            lock.unlock();
        }
    }

    /// Follows from now on, or from the last `backlog` events that are still there.
    public Cursor follow(int backlog) {
        lock.lock();
        try {
            return new Cursor(Math.max(0, end - Math.min(Math.max(backlog, 0), capacity)));
        } finally {
            lock.unlock();
        }
    }

    /// What one reader got.
    ///
    /// @param events oldest first
    /// @param lost   that were overwritten before this reader came for them, since it last asked
    public record Batch(List<Event> events, long lost) {}

    /// One reader's place. Used by one thread.
    public final class Cursor {
        private long next;

        private Cursor(long next) {
            this.next = next;
        }

        /// The events since the last call, at most `limit`; when there are none, waits for one.
        ///
        /// @return an empty batch when none came in time
        public Batch read(int limit, Duration patience) throws InterruptedException {
            byte[] copy;
            int count;
            long lost;
            lock.lockInterruptibly();
            try {
                long left = patience.toNanos();
                while (next == end && left > 0) {
                    left = added.awaitNanos(left);
                }
                lost = Math.max(0, end - capacity - next);
                next += lost;
                count = (int) Math.min(limit, end - next);
                copy = new byte[count * SLOT];
                for (int i = 0; i < count; i++) {
                    System.arraycopy(slots, slot(next + i), copy, i * SLOT, SLOT);
                }
                next += count;
            } finally {
                lock.unlock();
            }
            return decode(copy, count, lost);
        }

        /// Outside the lock: whoever adds does not wait for it.
        private static Batch decode(byte[] copy, int count, long lost) {
            List<Event> events = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                try {
                    events.add(Event.decode(copy, i * SLOT));
                } catch (IllegalArgumentException unknownCode) {
                    lost++;
                }
            }
            return new Batch(List.copyOf(events), lost);
        }
    }
}
