package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;

/// The objects of one resource, and their last changes.
///
/// All methods take the store's lock. Objects that are in a table are never changed again.
final class Table {

    private final Store store;
    private final Condition changed;
    private final NavigableMap<ObjectName, ObjectNode> objects = new TreeMap<>();
    private final ArrayDeque<Change> window = new ArrayDeque<>();
    private long forgotten;
    private boolean dropped;

    Table(Store store, Condition changed, long revision) {
        this.store = store;
        this.changed = changed;
        this.forgotten = revision;
    }

    /// @param revision the store's revision when they were read
    record Snapshot(NavigableMap<ObjectName, ObjectNode> objects, long revision) {}

    Optional<ObjectNode> get(ObjectName name) {
        return store.locked(() -> Optional.ofNullable(objects.get(name)));
    }

    Snapshot snapshot() {
        return store.locked(() -> new Snapshot(new TreeMap<>(objects), store.revision()));
    }

    /// What was there at an earlier revision.
    ///
    /// @throws ApiException 410 when that is no longer known
    Snapshot snapshotAt(long revision) {
        return store.locked(() -> {
            requireKnown(revision);
            NavigableMap<ObjectName, ObjectNode> then = new TreeMap<>(objects);
            Iterator<Change> backwards = window.descendingIterator();
            while (backwards.hasNext()) {
                Change change = backwards.next();
                if (change.revision() <= revision) {
                    break;
                }
                if (change.before() == null) {
                    then.remove(change.name());
                } else {
                    then.put(change.name(), change.before());
                }
            }
            return new Snapshot(then, revision);
        });
    }

    boolean isEmpty() {
        return store.locked(objects::isEmpty);
    }

    /// Stores an object under the next revision, which is written into it.
    void put(ObjectName name, ObjectNode object) {
        store.locked(() -> {
            long revision = store.nextRevision();
            Json.ensure(object, "metadata").put("resourceVersion", Long.toString(revision));
            Json.normalize(object);
            ObjectNode before = objects.put(name, object);
            record(new Change(revision, name, before, object, false));
            return object;
        });
    }

    void remove(ObjectName name) {
        store.locked(() -> {
            ObjectNode before = objects.remove(name);
            if (before != null) {
                long revision = store.nextRevision();
                ObjectNode last = Json.object().setAll(before);
                last.set("metadata", before.get("metadata").deepCopy());
                Json.ensure(last, "metadata").put("resourceVersion", Long.toString(revision));
                record(new Change(revision, name, before, last, true));
            }
            return name;
        });
    }

    private void record(Change change) {
        window.addLast(change);
        if (window.size() > store.window()) {
            forgotten = window.removeFirst().revision();
        }
        changed.signalAll();
    }

    /// @param changes  in order
    /// @param revision up to where they reach, which is the store's revision
    record Changes(List<Change> changes, long revision) {}

    /// The changes after a revision; waits for one when there is none.
    ///
    /// @param stop ends the wait when it has become true and [#wake] was called
    /// @throws ApiException 410 when some of them are no longer known
    Changes after(long revision, Duration patience, java.util.function.BooleanSupplier stop)
            throws InterruptedException {
        return store.lockedInterruptibly(() -> {
            requireKnown(revision);
            long left = patience.toNanos();
            while (!stop.getAsBoolean() && !dropped && left > 0 && lastRevision() <= revision) {
                left = changed.awaitNanos(left);
            }
            requireKnown(revision);
            if (dropped && lastRevision() <= revision) {
                throw ApiException.noSuchPath();
            }
            List<Change> news = new ArrayList<>();
            Iterator<Change> backwards = window.descendingIterator();
            while (backwards.hasNext()) {
                Change change = backwards.next();
                if (change.revision() <= revision) {
                    break;
                }
                news.add(change);
            }
            return new Changes(news.reversed(), store.revision());
        });
    }

    void wake() {
        store.locked(() -> {
            changed.signalAll();
            return this;
        });
    }

    /// Ends all watches: the resource is no longer defined.
    void drop() {
        dropped = true;
        wake();
    }

    private long lastRevision() {
        return window.isEmpty() ? forgotten : window.getLast().revision();
    }

    private void requireKnown(long revision) {
        if (revision < forgotten) {
            throw ApiException.gone("too old resource version: " + revision + " (" + forgotten + ")");
        }
        if (revision > store.revision()) {
            throw ApiException.gone(
                    "resource version " + revision + " is of another server: this one is at " + store.revision());
        }
    }
}
