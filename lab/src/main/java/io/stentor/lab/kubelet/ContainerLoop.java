package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.LabFailure;
import io.stentor.lab.kubelet.ContainerState.Running;
import io.stentor.lab.kubelet.ContainerState.Terminated;
import io.stentor.lab.kubelet.ContainerState.Waiting;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Keeps one container of a pod going as its restart policy says, on a thread of its own.
final class ContainerLoop {

    private static final Duration FIRST_BACK_OFF = Duration.ofSeconds(1);
    private static final Duration LONGEST_BACK_OFF = Duration.ofMinutes(1);

    /// Who ran so long has recovered.
    private static final Duration RECOVERED = Duration.ofMinutes(2);

    private final PodContext pod;
    private final JsonNode spec;
    private final Runnable changed;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile ContainerView view;
    private volatile @Nullable ContainerProcess process;
    private volatile @Nullable Launch launch;

    /// @param changed called after the view has changed
    ContainerLoop(PodContext pod, JsonNode spec, ContainerView before, Runnable changed) {
        this.pod = pod;
        this.spec = spec;
        this.view = before;
        this.changed = changed;
    }

    String name() {
        return spec.path("name").asText();
    }

    ContainerView view() {
        return view;
    }

    /// The running instance's process.
    Optional<ContainerProcess> process() {
        return Optional.ofNullable(process).filter(ContainerProcess::isAlive);
    }

    /// How the container was started, once it was.
    Optional<Launch> launch() {
        return Optional.ofNullable(launch);
    }

    /// Where instance `restarts` writes.
    Path log(int restarts) {
        return ContainerLog.file(pod.folder(), name(), restarts);
    }

    void start() {
        Thread.ofVirtual().name("container").start(this::loop);
    }

    /// No further instance is started; the present one gets SIGTERM.
    void stop() {
        stopping.countDown();
        process().ifPresent(ContainerProcess::terminate);
    }

    boolean awaitEnd(Duration patience) throws InterruptedException {
        return over.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void loop() {
        Duration backOff = FIRST_BACK_OFF;
        RestartPolicy policy = RestartPolicy.of(pod.pod());
        try {
            while (stopping.getCount() > 0) {
                Instant since = Instant.now();
                Terminated ended = runOnce(since);
                if (!policy.restarts(ended.exitCode()) || stopping.getCount() == 0) {
                    return;
                }
                if (Duration.between(since, ended.until()).compareTo(RECOVERED) > 0) {
                    backOff = FIRST_BACK_OFF;
                }
                pause(ended, backOff);
                backOff = backOff.multipliedBy(2).compareTo(LONGEST_BACK_OFF) < 0
                        ? backOff.multipliedBy(2)
                        : LONGEST_BACK_OFF;
            }
        } catch (Launch.Refused refused) {
            String message = String.valueOf(refused.getMessage());
            update(v -> v.in(new Waiting("CreateContainerConfigError", message)));
            pod.node().events().warning(pod.pod(), "Failed", "Error: " + message);
        } catch (IOException | LabFailure e) {
            update(v -> v.in(new Waiting("CreateContainerError", String.valueOf(e.getMessage()))));
            pod.node().events().warning(pod.pod(), "Failed", "Error: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            over.countDown();
            changed.run();
        }
    }

    private Terminated runOnce(Instant since) throws IOException, InterruptedException, Launch.Refused {
        Launch how = Launch.of(pod.pod(), spec, pod.facts());
        launch = how;
        ContainerProcess started = ContainerProcess.start(pod, name(), how, log(view.restarts()));
        process = started;
        update(v -> v.in(new Running(since, started.pid())));
        pod.node().events().normal(pod.pod(), "Started", "Started container " + name());
        if (stopping.getCount() == 0) {
            started.terminate();
        }
        String address = pod.addresses().isEmpty() ? "" : pod.addresses().getFirst();
        ProbeRun probes = new ProbeRun(pod.node().dialer(), address, started.enter(how.folder()));
        int exit;
        try (Prober _ = Prober.start(spec, probes, new Findings(started))) {
            exit = started.await();
        }
        Terminated ended = new Terminated(exit, exit == 0 ? "Completed" : "Error", since, Instant.now());
        update(v -> v.in(ended));
        return ended;
    }

    private void pause(Terminated ended, Duration backOff) throws InterruptedException {
        String message = "back-off " + backOff.toSeconds() + "s restarting failed container=" + name() + " pod="
                + pod.name().name();
        update(v -> v.after(ended, new Waiting("CrashLoopBackOff", message)));
        pod.node()
                .events()
                .warning(
                        pod.pod(),
                        "BackOff",
                        "Back-off restarting failed container " + name() + " in pod "
                                + pod.name().name());
        if (!stopping.await(backOff.toMillis(), TimeUnit.MILLISECONDS)) {
            update(v -> v.restarted(v.state()));
        }
    }

    private synchronized void update(UnaryOperator<ContainerView> change) {
        view = change.apply(view);
        changed.run();
    }

    /// What the probes of one instance say; nobody listens any more once it has ended.
    private final class Findings implements Prober.Listener {

        private final ContainerProcess instance;

        Findings(ContainerProcess instance) {
            this.instance = instance;
        }

        private void found(UnaryOperator<ContainerView.Probes> change) {
            update(v -> v.state() instanceof Running running && running.pid() == instance.pid()
                    ? v.with(change.apply(v.probes()))
                    : v);
        }

        @Override
        public void started() {
            found(p -> new ContainerView.Probes(true, p.ready()));
        }

        @Override
        public void ready(boolean ready) {
            found(p -> new ContainerView.Probes(p.started(), ready));
        }

        @Override
        public void failed(String kind) {
            pod.node()
                    .events()
                    .normal(
                            pod.pod(),
                            "Killing",
                            "Container " + name() + " failed " + kind.toLowerCase(java.util.Locale.ROOT)
                                    + " probe, will be restarted");
            instance.terminate();
            Thread.ofVirtual().start(() -> {
                try {
                    Thread.sleep(Duration.ofSeconds(PodWorker.grace(pod.pod())));
                    if (instance.isAlive()) {
                        instance.kill();
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        @Override
        public void unhealthy(String kind, String why) {
            pod.node().events().warning(pod.pod(), "Unhealthy", kind + " probe failed: " + why);
        }
    }
}
