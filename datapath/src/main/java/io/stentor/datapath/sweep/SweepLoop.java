package io.stentor.datapath.sweep;

import io.stentor.kernel.KernelException;
import java.time.Duration;

/// Sweeps from time to time.
public final class SweepLoop implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("connections");
    public static final Duration PERIOD = Duration.ofSeconds(15);

    private final ConnectionSweep sweep;
    private final Thread thread;
    private volatile Swept latest = Swept.NOTHING;
    private volatile Runs runs = new Runs(0, 0);

    /// How many sweeps there were.
    ///
    /// @param failed that came to no end
    public record Runs(long completed, long failed) {}

    private SweepLoop(ConnectionSweep sweep) {
        this.sweep = sweep;
        // Maps are read through native memory: not on a virtual thread's carrier.
        this.thread = Thread.ofPlatform().name("connections").daemon().unstarted(this::run);
    }

    public static SweepLoop start(ConnectionSweep sweep) {
        SweepLoop loop = new SweepLoop(sweep);
        loop.thread.start();
        return loop;
    }

    /// What the last sweep found.
    public Swept latest() {
        return latest;
    }

    public Runs runs() {
        return runs;
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(PERIOD);
                once();
            }
        } catch (InterruptedException closed) {
            // The end.
        }
    }

    private void once() {
        try {
            latest = sweep.sweep();
            runs = new Runs(runs.completed() + 1, runs.failed());
        } catch (KernelException failed) {
            runs = new Runs(runs.completed(), runs.failed() + 1);
            LOG.log(System.Logger.Level.WARNING, "connections were not collected", failed);
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
