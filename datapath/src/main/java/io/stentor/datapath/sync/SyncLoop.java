package io.stentor.datapath.sync;

import static java.lang.System.Logger.Level.ERROR;

import io.stentor.model.Applied;
import io.stentor.model.Problem;
import io.stentor.model.State;
import io.stentor.model.Store;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The thread that leads the kernel after the store: newest state, compile, sync, report, and again. When it is slow it
/// takes a later state and has passed over those between.
public final class SyncLoop implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("datapath");

    /// A pass without news costs next to nothing, and takes up what [#resync] left undone.
    private static final Duration IDLE = Duration.ofMinutes(1);

    private final Store store;
    private final Function<State, List<MapImage<?, ?>>> compile;
    private final DatapathSync maps;
    private final Function<State, List<Problem>> attach;
    private final Applied applied;
    private final Thread thread;
    private final Backoff backoff = new Backoff();

    /// @param compile images of all the agent's maps, referents before referrers: a function of the state, cheap where
    ///     little changed since the last call
    /// @param attach  runs when the entries are written: attaches what the state asks for, detaches only when the
    ///     state is synced, answers what failed
    public SyncLoop(
            Store store,
            Function<State, List<MapImage<?, ?>>> compile,
            DatapathSync maps,
            Function<State, List<Problem>> attach,
            Applied applied) {
        this.store = store;
        this.compile = compile;
        this.maps = maps;
        this.attach = attach;
        this.applied = applied;
        // Blocking kernel calls would pin the carrier of a virtual thread.
        this.thread = Thread.ofPlatform().name("datapath-sync").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    private void run() {
        State state = store.current();
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Optional<Duration> retry = pass(state);
                state = store.awaitAfter(state.revision(), retry.orElse(IDLE));
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /// One state to the kernel.
    ///
    /// @return when to try again what failed, if something did
    private synchronized Optional<Duration> pass(State state) {
        long now = System.nanoTime();
        List<Problem> problems;
        Optional<Duration> retry;
        try {
            boolean[] attachFailed = new boolean[1];
            DatapathSync.Outcome outcome = maps.sync(
                    compile.apply(state),
                    state.synced(),
                    () -> {
                        List<Problem> found = attach.apply(state);
                        attachFailed[0] = !found.isEmpty();
                        return found;
                    },
                    now);
            problems = outcome.problems();
            retry = earlier(outcome.retryAfter(), attachFailed[0], now);
            applied.report(state.revision(), problems);
        } catch (RuntimeException e) {
            // A defect or a kernel that refuses outright; what was applied before stays, and is tried again.
            LOG.log(ERROR, "revision " + state.revision() + " was not applied", e);
            Problem problem = new Problem("datapath", "", "revision " + state.revision() + " was not applied: " + e);
            applied.report(applied.latest().revision(), List.of(problem));
            retry = earlier(Optional.empty(), true, now);
        }
        return retry;
    }

    private Optional<Duration> earlier(Optional<Duration> maps, boolean failed, long now) {
        if (!failed) {
            backoff.succeeded();
            return maps;
        }
        if (!backoff.waiting(now)) {
            backoff.failed(now);
        }
        Duration own = Duration.ofNanos(backoff.left(now));
        return Optional.of(maps.filter(m -> m.compareTo(own) < 0).orElse(own));
    }

    /// Reads all maps again and makes them what they should be, whoever changed them; returns when that is done.
    public void resync() {
        maps.forget();
        pass(store.current());
    }

    /// Ends the thread and waits for it. The kernel keeps what it has.
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
