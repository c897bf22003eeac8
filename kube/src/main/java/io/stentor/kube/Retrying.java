package io.stentor.kube;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Things that are to be done, by name: each soon after it is [#due], one at a time, and again with growing pauses
/// while it fails. A name that becomes due again while it waits is done once.
public final class Retrying implements AutoCloseable {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final int CONFLICT = 409;

    private final System.Logger log;
    private final Action action;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition earlier = lock.newCondition();
    private final TreeSet<Due> queue =
            new TreeSet<>(Comparator.comparingLong(Due::nanos).thenComparing(Due::name));
    private final Map<String, Due> waiting = new HashMap<>();
    private final Map<String, Integer> failures = new HashMap<>();
    private final Thread worker;
    private final long origin = System.nanoTime();

    /// What is to be done for a name.
    public interface Action {
        /// @throws RuntimeException if it has to be tried again
        void act(String name);
    }

    private record Due(long nanos, String name) {}

    /// Starts the thread that does it.
    ///
    /// @param component as the log calls it
    public Retrying(String component, Action action) {
        this.log = System.getLogger(component);
        this.action = action;
        this.worker = Thread.ofVirtual().name(component).start(this::run);
    }

    /// As soon as possible.
    public void due(String name) {
        due(name, Duration.ZERO);
    }

    /// After a while, if not sooner.
    public void due(String name, Duration after) {
        lock.lock();
        try {
            Due due = new Due(System.nanoTime() - origin + after.toNanos(), name);
            Due before = waiting.get(name);
            if (before == null || before.nanos > due.nanos) {
                if (before != null) {
                    queue.remove(before);
                }
                waiting.put(name, due);
                queue.add(due);
                earlier.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (true) {
                attempt(take());
            }
        } catch (InterruptedException closed) {
            // The end.
        }
    }

    private String take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                long wait = queue.isEmpty() ? Long.MAX_VALUE : queue.first().nanos - (System.nanoTime() - origin);
                if (wait <= 0) {
                    Due due = queue.first();
                    queue.remove(due);
                    waiting.remove(due.name);
                    return due.name;
                }
                var _ = earlier.awaitNanos(wait);
            }
        } finally {
            lock.unlock();
        }
    }

    private void attempt(String name) throws InterruptedException {
        try {
            action.act(name);
            failures.remove(name);
        } catch (RuntimeException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (e instanceof KubernetesClientException answer && answer.getCode() == CONFLICT) {
                // Somebody was faster: what they wrote is on its way here.
                due(name, FIRST_PAUSE);
                return;
            }
            int count = failures.merge(name, 1, Integer::sum);
            Duration pause = pause(count);
            due(name, pause);
            Level level = count < 3 ? Level.DEBUG : Level.WARNING;
            log.log(level, () -> Failure.reason(e) + " object=" + name + " pause=" + pause);
        }
    }

    /// After so many failures in a row.
    static Duration pause(int count) {
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(count - 1, 10));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    @Override
    public void close() {
        worker.interrupt();
    }
}
