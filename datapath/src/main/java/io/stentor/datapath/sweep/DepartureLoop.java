package io.stentor.datapath.sweep;

import io.stentor.bpf.generated.Backend;
import io.stentor.kernel.KernelException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/// Sees to [Departures] beside the sync, which must not wait for it. What leaves while it is at work is seen to
/// together.
public final class DepartureLoop implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("connections");
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final Departures departures;
    private final Thread thread;
    private Set<Backend> gone = new HashSet<>();

    private DepartureLoop(Departures departures) {
        this.departures = departures;
        // Maps are read through native memory: not on a virtual thread's carrier.
        this.thread = Thread.ofPlatform().name("departures").daemon().unstarted(this::run);
    }

    public static DepartureLoop start(Departures departures) {
        DepartureLoop loop = new DepartureLoop(departures);
        loop.thread.start();
        return loop;
    }

    /// To be called when no new connection can get to these any more.
    public synchronized void gone(Collection<Backend> backends) {
        gone.addAll(backends);
        notifyAll();
    }

    private synchronized Set<Backend> next() throws InterruptedException {
        while (gone.isEmpty()) {
            wait();
        }
        Set<Backend> taken = gone;
        gone = new HashSet<>();
        return taken;
    }

    private void run() {
        try {
            while (true) {
                Set<Backend> taken = next();
                try {
                    Departures.Ended ended = departures.of(taken);
                    LOG.log(System.Logger.Level.DEBUG, "{0} backends are gone: {1}", taken.size(), ended);
                } catch (KernelException failed) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "connections to backends that are gone were not ended",
                            failed);
                    Thread.sleep(RETRY);
                    gone(taken);
                }
            }
        } catch (InterruptedException closed) {
            // The end.
        }
    }

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
