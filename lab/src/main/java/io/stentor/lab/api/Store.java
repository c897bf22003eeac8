package io.stentor.lab.api;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// All objects, in memory, under one lock and one counter of revisions.
///
/// What reads and then writes does so within one [#locked], so that it sees no half of what another did. Every
/// resource remembers its last changes; a watch that wants older ones is told to begin anew (410).
final class Store {

    private static final long EPOCH = Instant.parse("2026-01-01T00:00:00Z").getEpochSecond();

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Table> tables = new HashMap<>();
    private final int window;
    /// Begins with the clock: a client that outlives a server must not take the next one's revisions for known.
    private long revision = Math.max(1, Instant.now().getEpochSecond() - EPOCH);

    /// @param window how many changes each resource remembers
    Store(int window) {
        this.window = window;
    }

    int window() {
        return window;
    }

    /// @param resource a [Resource#qualified] name
    Table table(String resource) {
        return locked(() -> tables.computeIfAbsent(resource, r -> new Table(this, lock.newCondition(), revision)));
    }

    /// Forgets a resource that is no longer defined.
    void drop(String resource) {
        locked(() -> {
            Table gone = tables.remove(resource);
            if (gone != null) {
                gone.drop();
            }
            return resource;
        });
    }

    long revision() {
        return locked(() -> revision);
    }

    long nextRevision() {
        return ++revision;
    }

    <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    <T> T lockedInterruptibly(InterruptibleWork<T> work) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            return work.run();
        } finally {
            lock.unlock();
        }
    }

    /// Work with the one exception that waiting has.
    @FunctionalInterface
    interface InterruptibleWork<T> {
        T run() throws InterruptedException;
    }
}
