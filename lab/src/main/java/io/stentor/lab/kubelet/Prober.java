package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/// Probes one instance of a container until it is told to stop: the startup probe first, then liveness and readiness
/// side by side.
final class Prober implements AutoCloseable {

    /// Who is told.
    interface Listener {
        void started();

        void ready(boolean ready);

        /// The container has to be killed.
        ///
        /// @param kind `Startup` or `Liveness`
        void failed(String kind);

        /// One attempt failed.
        void unhealthy(String kind, String why);
    }

    private final ProbeRun run;
    private final Listener listener;
    private final CountDownLatch started = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();

    private Prober(ProbeRun run, Listener listener) {
        this.run = run;
        this.listener = listener;
    }

    static Prober start(JsonNode container, ProbeRun run, Listener listener) {
        Prober prober = new Prober(run, listener);
        Optional<Probe> startup = Probe.of(container, "startupProbe");
        Optional<Probe> readiness = Probe.of(container, "readinessProbe");
        startup.ifPresentOrElse(probe -> prober.thread(() -> prober.startup(probe)), prober::begin);
        Probe.of(container, "livenessProbe").ifPresent(probe -> prober.thread(() -> prober.liveness(probe)));
        readiness.ifPresentOrElse(
                probe -> prober.thread(() -> prober.readiness(probe)), () -> prober.thread(prober::readyOnceStarted));
        return prober;
    }

    private void begin() {
        started.countDown();
        listener.started();
    }

    @FunctionalInterface
    private interface Interruptible {
        void run() throws InterruptedException;
    }

    private void thread(Interruptible body) {
        threads.add(Thread.ofVirtual().name("probe").start(() -> {
            try {
                body.run();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    private void startup(Probe probe) throws InterruptedException {
        Thread.sleep(probe.timing().delay());
        int failures = 0;
        while (true) {
            if (attempt("Startup", probe)) {
                begin();
                return;
            }
            if (++failures >= probe.thresholds().failure()) {
                listener.failed("Startup");
                return;
            }
            Thread.sleep(probe.timing().period());
        }
    }

    private void liveness(Probe probe) throws InterruptedException {
        started.await();
        Thread.sleep(probe.timing().delay());
        int failures = 0;
        while (failures < probe.thresholds().failure()) {
            failures = attempt("Liveness", probe) ? 0 : failures + 1;
            if (failures < probe.thresholds().failure()) {
                Thread.sleep(probe.timing().period());
            }
        }
        listener.failed("Liveness");
    }

    private void readiness(Probe probe) throws InterruptedException {
        started.await();
        Thread.sleep(probe.timing().delay());
        boolean ready = false;
        int inARow = 0;
        while (true) {
            boolean success = attempt("Readiness", probe);
            inARow = success == ready ? 0 : inARow + 1;
            int needed =
                    success ? probe.thresholds().success() : probe.thresholds().failure();
            if (inARow >= needed) {
                ready = success;
                inARow = 0;
                listener.ready(ready);
            }
            Thread.sleep(probe.timing().period());
        }
    }

    private void readyOnceStarted() throws InterruptedException {
        started.await();
        listener.ready(true);
    }

    private boolean attempt(String kind, Probe probe) throws InterruptedException {
        Optional<String> failure = run.attempt(probe);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        failure.ifPresent(why -> listener.unhealthy(kind, why));
        return failure.isEmpty();
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }
}
