package io.stentor.model;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// How far the kernel follows the [Store]: the one report that comes up from the sync.
public final class Applied {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition reported = lock.newCondition();
    private volatile Report latest = new Report(-1, List.of());

    /// @param revision the kernel has been given this state, whole but for the problems; -1 before the first
    /// @param problems what the kernel did not take, and why; tried again until it does
    public record Report(long revision, List<Problem> problems) {
        public Report {
            problems = List.copyOf(problems);
        }
    }

    /// Says that the kernel has been given all states up to `revision`. A report of an older revision than the
    /// latest does not take that back, but its problems count.
    public void report(long revision, List<Problem> problems) {
        lock.lock();
        try {
            latest = new Report(Math.max(revision, latest.revision), problems);
            reported.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The newest report. Never blocks.
    public Report latest() {
        return latest;
    }

    /// Waits until the kernel has been given the state of `revision` or a later one. Whether it took all of it,
    /// [#latest] says.
    ///
    /// @return false when that did not happen in time
    public boolean await(long revision, Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeout.toNanos();
            while (latest.revision < revision && left > 0) {
                left = reported.awaitNanos(left);
            }
            return latest.revision >= revision;
        } finally {
            lock.unlock();
        }
    }
}
