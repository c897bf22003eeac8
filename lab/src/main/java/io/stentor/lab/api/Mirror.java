package io.stentor.lab.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// A copy of some objects that follows the API: list, then watch, and again from the start when changes were missed.
/// Runs on a virtual thread of its own.
public final class Mirror implements AutoCloseable {

    private Mirror() {}

    /// @param changed called with the name of each object that came, changed or went, on the mirror's thread, after
    ///                the copy has it
    public static Mirror start(ObjectApi api, Resource resource, Selection selection, Consumer<ObjectName> changed) {
        return Json.absent();
    }

    /// Waits until the first list has been read.
    public boolean awaitSynced(Duration patience) throws InterruptedException {
        return Json.absent();
    }

    public Optional<ObjectNode> get(ObjectName name) {
        return Json.absent();
    }

    /// All objects, in the order of their names.
    public List<ObjectNode> all() {
        return Json.absent();
    }

    @Override
    public void close() {}
}
