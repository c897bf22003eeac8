package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A copy of some objects that follows the API: list, then watch, and again from the start when changes were missed.
/// Runs on a virtual thread of its own.
public final class Mirror implements AutoCloseable {

    private static final Logger LOG = System.getLogger("mirror");
    private static final long PAUSE_MS = 200;
    private static final long LONGEST_PAUSE_MS = 1000;

    private final ObjectApi api;
    private final Resource resource;
    private final Selection selection;
    private final Consumer<ObjectName> changed;
    private final ConcurrentSkipListMap<ObjectName, ObjectNode> objects = new ConcurrentSkipListMap<>();
    private final CountDownLatch synced = new CountDownLatch(1);
    private volatile boolean closed;

    /// What the next failure's pause is half of; of the mirror's thread.
    private long pause = PAUSE_MS / 2;

    private volatile Thread thread = Thread.currentThread();

    private Mirror(ObjectApi api, Resource resource, Selection selection, Consumer<ObjectName> changed) {
        this.api = api;
        this.resource = resource;
        this.selection = selection;
        this.changed = changed;
    }

    /// @param changed called with the name of each object that came, changed or went, on the mirror's thread, after
    ///                the copy has it
    public static Mirror start(ObjectApi api, Resource resource, Selection selection, Consumer<ObjectName> changed) {
        Mirror mirror = new Mirror(api, resource, selection, changed);
        Thread thread = Thread.ofVirtual().name("mirror-" + resource.plural()).unstarted(mirror::run);
        mirror.thread = thread;
        thread.start();
        return mirror;
    }

    private void run() {
        while (!closed) {
            try {
                follow();
            } catch (InterruptedException | IllegalStateException ended) {
                return;
            } catch (RuntimeException failed) {
                LOG.log(Level.DEBUG, "{0}: begins anew: {1}", resource, failed.getMessage());
                pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
                if (!pause()) {
                    return;
                }
            }
        }
    }

    private void follow() throws InterruptedException {
        ObjectList list = api.list(resource, selection);
        Set<ObjectName> gone = new HashSet<>(objects.keySet());
        for (ObjectNode object : list.items()) {
            ObjectName name = ObjectName.of(object);
            gone.remove(name);
            if (!object.equals(objects.put(name, object))) {
                changed.accept(name);
            }
        }
        for (ObjectName name : gone) {
            objects.remove(name);
            changed.accept(name);
        }
        synced.countDown();
        pause = PAUSE_MS / 2;
        try (Watch watch = api.watch(resource, selection, list.resourceVersion())) {
            while (!closed) {
                Optional<WatchEvent> next = watch.next(Duration.ofMinutes(1));
                if (next.isPresent() && !closed) {
                    take(next.get());
                }
            }
        }
    }

    private void take(WatchEvent event) {
        ObjectName name = ObjectName.of(event.object());
        switch (event.type()) {
            case ADDED, MODIFIED -> {
                objects.put(name, event.object());
                changed.accept(name);
            }
            case DELETED -> {
                objects.remove(name);
                changed.accept(name);
            }
            case BOOKMARK, ERROR -> {
                // Bookmarks bring no change; errors come as exceptions.
            }
        }
    }

    private boolean pause() {
        try {
            Thread.sleep(pause);
            return true;
        } catch (InterruptedException ended) {
            return false;
        }
    }

    /// Waits until the first list has been read.
    public boolean awaitSynced(Duration patience) throws InterruptedException {
        return synced.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    public Optional<ObjectNode> get(ObjectName name) {
        return Optional.ofNullable(objects.get(name));
    }

    /// All objects, in the order of their names.
    public List<ObjectNode> all() {
        return List.copyOf(objects.values());
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
