package io.stentor.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.model.State;
import io.stentor.model.Store;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

/// What the API server said last, on disk: an agent that starts while the server is away goes on from there. Its rows
/// are nothing but a beginning: no source is synced by them, so that nothing is deleted for what they lack, and the
/// first list replaces them.
public final class Snapshot implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("snapshot");
    private static final ObjectMapper JSON = new ObjectMapper();

    /// Changes come in crowds; a crash loses no more than this.
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private final Path file;
    private final Store store;
    private final Thread writer;

    /// What the file holds, as far as this one has written it.
    private State kept = State.awaiting(Set.of());

    private Snapshot(Path file, Store store) {
        this.file = file;
        this.store = store;
        this.writer = Thread.ofVirtual().name("snapshot").unstarted(this::follow);
    }

    /// Commits what the file holds, if there is one, and keeps it up to date from then on.
    public static Snapshot start(Path file, Store store) {
        Snapshot snapshot = new Snapshot(file, store);
        snapshot.restore();
        snapshot.writer.start();
        return snapshot;
    }

    private void restore() {
        try {
            JsonNode json = JSON.readTree(Files.readString(file));
            store.commit(state -> restored(json, state));
            LOG.log(Level.INFO, "restored " + counts(store.current()));
        } catch (NoSuchFileException first) {
            LOG.log(Level.DEBUG, "none yet");
        } catch (IOException | IllegalArgumentException unusable) {
            LOG.log(Level.WARNING, "not used, the API server is waited for: " + unusable.getMessage());
        }
    }

    private static State restored(JsonNode json, State state) {
        State next = state;
        for (SnapshotForm<?, ?> form : SnapshotForm.ALL) {
            next = form.read(json, next);
        }
        return next;
    }

    private static String counts(State state) {
        return SnapshotForm.ALL.stream()
                .map(form -> form.table() + "=" + form.rows(state).size())
                .collect(Collectors.joining(" "));
    }

    /// The first time as soon as there is something to write, then after pauses.
    private void follow() {
        State state = store.current();
        try {
            while (true) {
                if (write(state)) {
                    Thread.sleep(PERIOD);
                }
                state = store.awaitAfter(state.revision());
            }
        } catch (InterruptedException closed) {
            // The end.
        }
    }

    /// Half of what there is would be worse than what there was.
    ///
    /// @return whether there was something to write
    private synchronized boolean write(State state) {
        boolean whole = SnapshotForm.ALL.stream().allMatch(form -> state.synced(form.source()));
        boolean same =
                SnapshotForm.ALL.stream().allMatch(form -> form.rows(state).equals(form.rows(kept)));
        if (!whole || same) {
            return false;
        }
        ObjectNode json = JSON.createObjectNode();
        SnapshotForm.ALL.forEach(form -> form.write(state, json));
        try {
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(fresh, JSON.writeValueAsString(json));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            kept = state;
        } catch (IOException failed) {
            LOG.log(Level.WARNING, "cannot be written file=" + file + " error=" + failed);
        }
        return true;
    }

    /// Writes what is not written yet.
    @Override
    public void close() {
        writer.interrupt();
        write(store.current());
    }
}
