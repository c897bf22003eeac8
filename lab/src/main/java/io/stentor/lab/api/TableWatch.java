package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A watch of a table, by one reader at a time.
///
/// An object that begins or ceases to fit the selection comes as ADDED or DELETED, as if the rest were not there.
final class TableWatch implements Watch {

    private final Table table;
    private final Predicate<ObjectNode> wanted;
    private final UnaryOperator<ObjectNode> rendering;
    private final ArrayDeque<WatchEvent> ready = new ArrayDeque<>();
    private long revision;
    private volatile boolean closed;

    /// @param rendering what is shown of an object
    TableWatch(Table table, long revision, Predicate<ObjectNode> wanted, UnaryOperator<ObjectNode> rendering) {
        this.table = table;
        this.revision = revision;
        this.wanted = wanted;
        this.rendering = rendering;
    }

    /// Begins with the objects of a snapshot, as ADDED.
    static TableWatch fromStart(Table table, Predicate<ObjectNode> wanted, UnaryOperator<ObjectNode> rendering) {
        Table.Snapshot snapshot = table.snapshot();
        TableWatch watch = new TableWatch(table, snapshot.revision(), wanted, rendering);
        for (ObjectNode stored : snapshot.objects().values()) {
            ObjectNode object = rendering.apply(stored);
            if (wanted.test(object)) {
                watch.ready.add(new WatchEvent(WatchEvent.Type.ADDED, object));
            }
        }
        return watch;
    }

    @Override
    public Optional<WatchEvent> next(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (ready.isEmpty()) {
            long left = Math.max(0, deadline - System.nanoTime());
            Table.Changes changes = table.after(revision, Duration.ofNanos(left), () -> closed);
            if (closed) {
                throw new IllegalStateException("the watch is closed");
            }
            for (Change change : changes.changes()) {
                WatchEvent event = event(change);
                if (event != null) {
                    ready.add(event);
                }
            }
            revision = changes.revision();
            if (ready.isEmpty() && left == 0) {
                return Optional.empty();
            }
        }
        return Optional.ofNullable(ready.poll());
    }

    /// Up to which revision everything has been given out; only to be asked when [#next] gave nothing.
    long revision() {
        return revision;
    }

    private @Nullable WatchEvent event(Change change) {
        boolean was = change.before() != null && wanted.test(rendering.apply(change.before()));
        ObjectNode after = rendering.apply(change.after());
        boolean is = !change.deleted() && wanted.test(after);
        if (!was && !is) {
            return null;
        }
        WatchEvent.Type type = WatchEvent.Type.MODIFIED;
        if (!is) {
            type = WatchEvent.Type.DELETED;
        } else if (!was) {
            type = WatchEvent.Type.ADDED;
        }
        return new WatchEvent(type, after);
    }

    @Override
    public void close() {
        closed = true;
        table.wake();
    }
}
