package io.stentor.kube.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import java.time.Clock;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;

/// A Lease whose age counts from when this process first saw it as it is, by a clock that does not jump.
///
/// The time that stands in it is its holder's. Where the two clocks differ, or one was set anew, a leader that lives
/// would be replaced, or one that died keep its seat for as long as the clock went back.
final class ObservedLease implements Lock {
    private final Lock lease;
    private @Nullable LeaderElectionRecord seen;
    private long since;

    ObservedLease(Lock lease) {
        this.lease = lease;
    }

    @Override
    public synchronized @Nullable LeaderElectionRecord get(KubernetesClient client) {
        LeaderElectionRecord record = lease.get(client);
        if (record == null) {
            return null;
        }
        long now = System.nanoTime();
        if (!record.equals(seen)) {
            seen = record;
            since = now;
        }
        return record.toBuilder()
                .renewTime(ZonedDateTime.now(Clock.systemUTC()).minusNanos(now - since))
                .build();
    }

    @Override
    public void create(KubernetesClient client, LeaderElectionRecord record) {
        lease.create(client, record);
    }

    @Override
    public void update(KubernetesClient client, LeaderElectionRecord record) {
        lease.update(client, record);
    }

    @Override
    public String identity() {
        return lease.identity();
    }

    @Override
    public String describe() {
        return lease.describe();
    }
}
