package io.stentor.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Where the current [State] is kept. Anybody may read and commit, from any thread; one commit is applied at a time.
///
/// A commit on an idle store is published before [#commit] returns. While one thread applies changes, others queue
/// theirs; they are applied with it, or by whoever comes next, and published under one revision (flat combining:
/// Hendler, Incze, Shavit, Tzafrir, SPAA 2010). So there is no delay to tune, and batches are as large as the load.
public final class Store {
    private final ReentrantLock writing = new ReentrantLock();
    private final Condition published = writing.newCondition();
    private final Queue<Change> queue = new ConcurrentLinkedQueue<>();
    private volatile State current;

    public Store(State initial) {
        this.current = initial;
    }

    /// The newest state. Never blocks.
    public State current() {
        return current;
    }

    /// Applies a change to the newest state and publishes the result.
    ///
    /// @param change pure and quick; sees the changes queued before it; what it throws reaches its own caller alone
    /// @return the revision from which on the change is in force; the current one when nothing changed
    public long commit(UnaryOperator<State> change) {
        Change mine = new Change(change);
        queue.add(mine);
        writing.lock();
        try {
            if (!mine.done) {
                applyQueued();
            }
        } finally {
            writing.unlock();
        }
        if (mine.failure != null) {
            throw mine.failure;
        }
        return mine.revision;
    }

    private void applyQueued() {
        State before = current;
        State next = before;
        List<Change> batch = new ArrayList<>();
        for (Change change = queue.poll(); change != null; change = queue.poll()) {
            next = change.applyTo(next);
            batch.add(change);
        }
        if (next != before) {
            next = next.at(before.revision() + 1);
            current = next;
            published.signalAll();
        }
        for (Change change : batch) {
            change.revision = next.revision();
            change.done = true;
        }
    }

    /// Waits for a state newer than `revision` and answers the newest, which may be many revisions on.
    public State awaitAfter(long revision) throws InterruptedException {
        writing.lockInterruptibly();
        try {
            while (current.revision() <= revision) {
                published.await();
            }
            return current;
        } finally {
            writing.unlock();
        }
    }

    /// As [#awaitAfter(long)], but answers the current state when there is none newer in time.
    public State awaitAfter(long revision, Duration timeout) throws InterruptedException {
        writing.lockInterruptibly();
        try {
            long left = timeout.toNanos();
            while (current.revision() <= revision && left > 0) {
                left = published.awaitNanos(left);
            }
            return current;
        } finally {
            writing.unlock();
        }
    }

    /// A commit that waits for its turn. Its fields are written and read under the lock, or after it by its caller.
    private static final class Change {
        private final UnaryOperator<State> change;
        private boolean done;
        private long revision;
        private @Nullable RuntimeException failure;

        Change(UnaryOperator<State> change) {
            this.change = change;
        }

        State applyTo(State state) {
            try {
                return change.apply(state);
            } catch (RuntimeException e) {
                failure = e;
                return state;
            }
        }
    }
}
