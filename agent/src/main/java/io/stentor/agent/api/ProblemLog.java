package io.stentor.agent.api;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.stentor.model.Problem;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/// Writes each problem into the log when it comes and when it is over, once. The problems of `status`, whoever found
/// them.
public final class ProblemLog implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("problems");
    private static final Duration PERIOD = Duration.ofSeconds(2);

    private final AgentView view;
    private final Set<Problem> told;
    private final Thread thread;

    private ProblemLog(AgentView view, Collection<Problem> told) {
        this.view = view;
        this.told = new HashSet<>(told);
        this.thread = Thread.ofVirtual().name("problems").unstarted(this::run);
    }

    /// @param told what is in the log already
    public static ProblemLog start(AgentView view, Collection<Problem> told) {
        ProblemLog log = new ProblemLog(view, told);
        log.thread.start();
        return log;
    }

    private void run() {
        try {
            while (true) {
                look();
                Thread.sleep(PERIOD);
            }
        } catch (InterruptedException closed) {
            // The end.
        }
    }

    private void look() {
        Set<Problem> now = new HashSet<>(Health.of(view).problems());
        for (Problem problem : now) {
            if (told.add(problem)) {
                LOG.log(WARNING, problem.toString());
            }
        }
        told.removeIf(problem -> {
            boolean over = !now.contains(problem);
            if (over) {
                LOG.log(INFO, "no longer: " + problem);
            }
            return over;
        });
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
