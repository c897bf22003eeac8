package io.stentor.agent.api;

import io.stentor.model.Applied;
import io.stentor.model.State;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// `/healthz` as kube-proxy has it, for load balancers that ask each node whether to send it clients of Services: 200
/// while the kernel follows what the cluster says and the node is to stay, else 503.
///
/// Who is asked never does not notice how long a change has been waiting: the wait counts from the first question that
/// found it so.
final class ProxyHealth implements SmallPages.Page {
    private static final String PATH = "/healthz";

    /// For which changes may be on their way to the kernel.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Supplier<State> state;
    private final Supplier<Applied.Report> applied;
    private final BooleanSupplier leaving;
    private final Clock clock;
    private long awaited;
    private Instant since = Instant.MIN;
    private Instant updated = Instant.EPOCH;

    /// @param leaving whether the node is about to be deleted
    ProxyHealth(Supplier<State> state, Supplier<Applied.Report> applied, BooleanSupplier leaving, Clock clock) {
        this.state = state;
        this.applied = applied;
        this.leaving = leaving;
        this.clock = clock;
    }

    @Override
    public synchronized SmallAnswer apply(String path) {
        if (!path.equals(PATH)) {
            return new SmallAnswer(404, Map.of(), "{\"error\":\"only " + PATH + " is served here\"}\n");
        }
        Instant now = clock.instant();
        boolean follows = follows(now);
        if (follows) {
            updated = now;
        }
        boolean healthy = follows && !leaving.getAsBoolean();
        return new SmallAnswer(
                healthy ? 200 : 503,
                Map.of(),
                "{\"lastUpdated\": \"" + updated + "\",\"currentTime\": \"" + now + "\"}\n");
    }

    private boolean follows(Instant now) {
        long reached = applied.get().revision();
        if (reached < 0) {
            return false;
        }
        if (since.equals(Instant.MIN) || reached >= awaited) {
            awaited = state.get().revision();
            since = now;
        }
        return reached >= awaited || now.isBefore(since.plus(PATIENCE));
    }
}
