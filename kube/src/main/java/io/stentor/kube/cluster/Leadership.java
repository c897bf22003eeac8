package io.stentor.kube.cluster;

import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.stentor.kube.KubeClient;
import io.stentor.kube.LeaseSettings;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Lets one of the operator's replicas work at a time: the one that holds the Lease. One that loses it stops its work
/// and waits for its turn again.
public final class Leadership implements AutoCloseable {

    /// Name of the Lease.
    public static final String LEASE = "stentor-operator";

    private static final System.Logger LOG = System.getLogger("leadership");

    private final Supplier<? extends AutoCloseable> work;
    private final Thread thread;
    private @Nullable AutoCloseable running;
    private boolean closed;

    private Leadership(KubeClient client, LeaseSettings settings, Seat seat, Supplier<? extends AutoCloseable> work) {
        this.work = work;
        LeaderElectionConfig election = new LeaderElectionConfigBuilder()
                .withName(LEASE)
                .withLock(new ObservedLease(new LeaseLock(seat.namespace, LEASE, seat.holder)))
                .withLeaseDuration(settings.duration())
                .withRenewDeadline(settings.renewDeadline())
                .withRetryPeriod(settings.retryPeriod())
                .withReleaseOnCancel(true)
                .withLeaderCallbacks(new LeaderCallbacks(this::begin, this::end, holder -> {
                    if (!holder.equals(seat.holder)) {
                        LOG.log(Level.INFO, "another one leads holder=" + holder);
                    }
                }))
                .build();
        this.thread = Thread.ofVirtual().name("leadership").unstarted(() -> run(client, election, settings));
    }

    /// @param namespace of the Lease
    /// @param holder    this replica's name
    public record Seat(String namespace, String holder) {}

    /// @param work started when this replica leads, closed when it does not any more
    public static Leadership seek(
            KubeClient client, LeaseSettings settings, Seat seat, Supplier<? extends AutoCloseable> work) {
        Leadership leadership = new Leadership(client, settings, seat, work);
        leadership.thread.start();
        return leadership;
    }

    public synchronized boolean leads() {
        return running != null;
    }

    private void run(KubeClient client, LeaderElectionConfig election, LeaseSettings settings) {
        try {
            while (!Thread.interrupted()) {
                CompletableFuture<?> term = client.kubernetes()
                        .leaderElector()
                        .withConfig(election)
                        .build()
                        .start();
                try {
                    term.get();
                } catch (ExecutionException e) {
                    LOG.log(Level.WARNING, "the election failed and is tried again", e.getCause());
                } catch (InterruptedException e) {
                    // Gives the Lease back, so that another one need not wait for its end.
                    term.cancel(true);
                    throw e;
                }
                end();
                Thread.sleep(settings.retryPeriod());
            }
        } catch (InterruptedException stopped) {
            // The end.
        } finally {
            end();
        }
    }

    private synchronized void begin() {
        if (running == null && !closed) {
            LOG.log(Level.INFO, "this one leads");
            running = work.get();
        }
    }

    private synchronized void end() {
        AutoCloseable stopped = running;
        running = null;
        if (stopped != null) {
            LOG.log(Level.INFO, "this one leads no more");
            try {
                stopped.close();
            } catch (Exception e) {
                LOG.log(Level.ERROR, "the work did not stop well", e);
            }
        }
    }

    /// Stops the work and gives the Lease back.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
