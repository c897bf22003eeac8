package io.stentor.lab.control;

import io.stentor.lab.api.ApiException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Works off keys one at a time on a virtual thread of its own. A key that is woken while it waits is worked off once;
/// one whose work failed comes again, later each time.
///
/// @param <K> what the work is about
final class Loop<K> implements AutoCloseable {

    private static final Logger LOG = System.getLogger("control");
    private static final long FIRST_RETRY_MILLIS = 20;
    private static final long LAST_RETRY_MILLIS = 5000;

    private final String name;
    private final Consumer<K> work;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<K, Long> due = new HashMap<>();
    private final PriorityQueue<Entry<K>> order = new PriorityQueue<>(Comparator.comparingLong(Entry::at));
    private final Map<K, Integer> failures = new HashMap<>();
    private final Thread thread;
    private boolean closed;

    private record Entry<K>(K key, long at) {}

    Loop(String name, Consumer<K> work) {
        this.name = name;
        this.work = work;
        this.thread = Thread.ofVirtual().name("control-" + name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    void wake(K key) {
        wakeAfter(key, Duration.ZERO);
    }

    /// Wakes a key later, unless it is to be woken sooner anyway.
    void wakeAfter(K key, Duration delay) {
        long at = System.nanoTime() + delay.toNanos();
        lock.lock();
        try {
            Long before = due.get(key);
            if (before == null || before - at > 0) {
                due.put(key, at);
                order.add(new Entry<>(key, at));
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (true) {
                work(take());
            }
        } catch (InterruptedException closing) {
            LOG.log(Level.DEBUG, "{0} ends", name);
        }
    }

    private K take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (closed) {
                    throw new InterruptedException();
                }
                Entry<K> first = order.peek();
                long wait = first == null ? Long.MAX_VALUE : first.at() - System.nanoTime();
                if (first == null) {
                    changed.await();
                } else if (wait > 0) {
                    changed.awaitNanos(wait);
                } else {
                    order.poll();
                    Long at = due.get(first.key());
                    if (at != null && at == first.at()) {
                        due.remove(first.key());
                        return first.key();
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void work(K key) throws InterruptedException {
        try {
            work.accept(key);
            failures.remove(key);
        } catch (RuntimeException failed) {
            int times = failures.merge(key, 1, Integer::sum);
            // Conflicts are how concurrent writers meet; only what lasts is worth a line.
            boolean usual = failed instanceof ApiException api && (api.isConflict() || api.isNotFound());
            if (usual || times < 3) {
                LOG.log(Level.DEBUG, "{0} {1}: {2}", name, key, failed.toString());
            } else {
                LOG.log(Level.WARNING, name + " " + key + " failed " + times + " times", failed);
            }
            long delay = Math.min(LAST_RETRY_MILLIS, FIRST_RETRY_MILLIS << Math.min(times, 10));
            wakeAfter(key, Duration.ofMillis(delay));
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
    }
}
