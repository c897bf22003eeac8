package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.DeleteOptions;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import io.stentor.lab.topology.Cgroup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Brings one pod up, keeps its status true, and takes it down: one thread from the pod's coming to its going.
final class PodWorker {

    private static final System.Logger LOG = System.getLogger("kubelet");
    private static final Duration FIRST_BACK_OFF = Duration.ofMillis(500);
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(10);
    private static final Duration LONG = Duration.ofHours(1);

    /// Until the API is asked again that has refused, or gave no answer.
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final NodeContext node;
    private final Sandboxes sandboxes;
    private final ObjectNode first;
    private final Supplier<Optional<ObjectNode>> current;
    private final Signal signal = new Signal();
    private final StatusWriter status;
    private volatile List<ContainerLoop> containers = List.of();
    private volatile boolean abandoned;

    /// Whether the API has the last status; of the pod's own thread.
    private boolean told = true;

    private @Nullable PodContext pod;

    /// @param first   the pod as it came to this node
    /// @param current the pod as it is; nothing once it is gone from the API, or another has its name
    PodWorker(NodeContext node, Sandboxes sandboxes, ObjectNode first, Supplier<Optional<ObjectNode>> current) {
        this.node = node;
        this.sandboxes = sandboxes;
        this.first = first;
        this.current = current;
        this.status = new StatusWriter(node, first, Instant.now());
    }

    /// The pod has changed in the API.
    void changed() {
        signal.raise();
    }

    /// The node was switched off: nothing more is started, reported or cleaned up.
    void abandon() {
        abandoned = true;
        containers.forEach(ContainerLoop::stop);
        signal.raise();
    }

    List<ContainerLoop> containers() {
        return containers;
    }

    /// How long the pod's processes may take to end, in seconds.
    static long grace(JsonNode pod) {
        JsonNode asked = pod.path("metadata").path("deletionGracePeriodSeconds");
        return asked.isNumber()
                ? asked.asLong()
                : pod.path("spec").path("terminationGracePeriodSeconds").asLong(30);
    }

    private boolean wanted() {
        return !abandoned
                && current.get()
                        .filter(p -> !p.path("metadata").has("deletionTimestamp"))
                        .isPresent();
    }

    /// The pod's whole life; returns when nothing of it is left.
    void run() {
        try {
            Optional<String> refusal = node.terms().refusal(first);
            if (refusal.isPresent()) {
                refuse(refusal.get());
            } else if (Earlier.lost(first)) {
                while (!abandoned && !write(List.of(), Earlier.ended(first)) && !told) {
                    signal.await(AGAIN);
                }
            } else if (!ended(first)) {
                announce();
                connect();
                fill();
                launch();
                while (wanted() && !publish()) {
                    signal.await(told ? LONG : AGAIN);
                }
                if (!abandoned) {
                    takeDown();
                }
            }
            while (wanted()) {
                signal.await(LONG);
            }
            if (!abandoned) {
                finish();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "pod " + ObjectName.of(first) + " given up", e);
        }
    }

    private static boolean ended(JsonNode pod) {
        String phase = Json.text(pod, "status.phase");
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    /// The pod waits, and says why, until somebody takes it away.
    private void refuse(String why) throws InterruptedException {
        node.events().warning(first, "NotForThisNode", why);
        List<ContainerView> waiting = new ArrayList<>();
        first.path("spec")
                .path("containers")
                .forEach(spec ->
                        waiting.add(ContainerView.creating(spec.path("name").asText())
                                .in(new ContainerState.Waiting("NotForThisNode", why))));
        do {
            write(List.of(), waiting);
            signal.await(told ? LONG : AGAIN);
        } while (wanted());
    }

    private void announce() {
        for (String image : Unsupported.images(first)) {
            node.events()
                    .normal(
                            first,
                            "ImageIgnored",
                            "The lab runs 'command' and 'args' from the machine's file system; image \"" + image
                                    + "\" is not used");
        }
        List<String> fields = Unsupported.fields(first);
        if (!fields.isEmpty()) {
            node.events()
                    .warning(
                            first,
                            "NotSupported",
                            "The lab does not support these fields, they have no effect: " + String.join(", ", fields));
        }
    }

    private void connect() throws InterruptedException {
        ObjectName name = ObjectName.of(first);
        String uid = Json.text(first, "metadata.uid");
        if (first.path("spec").path("hostNetwork").asBoolean(false)) {
            pod = new PodContext(node, first, Sandboxes.ofNode(name, uid));
            return;
        }
        Duration backOff = FIRST_BACK_OFF;
        while (wanted()) {
            try {
                pod = new PodContext(node, first, sandboxes.create(name, uid));
                return;
            } catch (CniException failed) {
                node.events()
                        .warning(
                                first,
                                "FailedCreatePodSandBox",
                                "Failed to create pod sandbox: failed to setup network for sandbox: "
                                        + failed.getMessage());
            }
            backOff = pause(backOff);
        }
    }

    /// As long as it is said, unless the pod goes.
    ///
    /// @return how long the next time
    private Duration pause(Duration backOff) throws InterruptedException {
        publish();
        long until = System.nanoTime() + backOff.toNanos();
        while (wanted() && System.nanoTime() < until) {
            signal.await(Duration.ofNanos(Math.max(1_000_000, until - System.nanoTime())));
        }
        Duration doubled = backOff.multipliedBy(2);
        return doubled.compareTo(LONGEST_BACK_OFF) < 0 ? doubled : LONGEST_BACK_OFF;
    }

    /// Waits for what the pod's volumes are made of.
    private void fill() throws IOException, InterruptedException {
        Path folder = PodContext.folder(node.space(), Json.text(first, "metadata.uid"))
                .resolve("volumes");
        Duration backOff = FIRST_BACK_OFF;
        while (wanted()) {
            Optional<String> missing = Volumes.write(first, node.api(), folder);
            if (missing.isEmpty()) {
                return;
            }
            node.events().warning(first, "FailedMount", missing.get());
            backOff = pause(backOff);
        }
    }

    private void launch() throws IOException {
        PodContext up = pod;
        if (up == null || !wanted()) {
            return;
        }
        up.writeFiles();
        List<ContainerLoop> loops = new ArrayList<>();
        for (JsonNode spec : first.path("spec").path("containers")) {
            loops.add(new ContainerLoop(up, spec, Earlier.view(first, spec), signal::raise));
        }
        containers = List.copyOf(loops);
        containers.forEach(ContainerLoop::start);
    }

    /// @return whether the pod has ended for good
    private boolean publish() {
        List<ContainerView> views = new ArrayList<>();
        if (containers.isEmpty()) {
            first.path("spec").path("containers").forEach(spec -> views.add(Earlier.view(first, spec)));
        }
        containers.forEach(loop -> views.add(loop.view()));
        return write(pod == null ? List.of() : pod.addresses(), views);
    }

    /// @return whether the pod has ended for good
    private boolean write(List<String> addresses, List<ContainerView> views) {
        try {
            Optional<ObjectNode> written = status.write(addresses, views);
            told = true;
            return written.filter(PodWorker::ended).isPresent();
        } catch (ApiException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "status of pod " + ObjectName.of(first) + " not written: " + e.getMessage());
            told = false;
            return false;
        }
    }

    /// Ends the processes, then the network.
    private void takeDown() throws InterruptedException {
        JsonNode last = current.get().orElse(first);
        Duration grace = Duration.ofSeconds(grace(last));
        if (containers.stream().anyMatch(c -> c.process().isPresent())) {
            containers.forEach(c -> node.events().normal(first, "Killing", "Stopping container " + c.name()));
        }
        containers.forEach(ContainerLoop::stop);
        Instant deadline = Instant.now().plus(grace);
        for (ContainerLoop container : containers) {
            Duration left = Duration.between(Instant.now(), deadline);
            container.awaitEnd(left.isNegative() ? Duration.ZERO : left);
        }
        Cgroup cgroup = node.space().cgroup().child("kubepods").child("pod" + Json.text(first, "metadata.uid"));
        cgroup.kill(Duration.ofSeconds(10));
        for (ContainerLoop container : containers) {
            container.awaitEnd(Duration.ofSeconds(10));
        }
        publish();
        PodContext up = pod;
        if (up != null) {
            sandboxes.remove(up.sandbox());
        }
        cgroup.remove();
    }

    /// Takes the pod's files away and the object out of the API.
    private void finish() throws InterruptedException {
        Folders.delete(PodContext.folder(node.space(), Json.text(first, "metadata.uid")));
        while (!abandoned && current.get().isPresent() && !delete()) {
            signal.await(AGAIN);
        }
    }

    private boolean delete() {
        try {
            node.api().delete(Resource.PODS, ObjectName.of(first), DeleteOptions.now(Json.text(first, "metadata.uid")));
            return true;
        } catch (ApiException e) {
            LOG.log(System.Logger.Level.DEBUG, "pod " + ObjectName.of(first) + " not deleted: " + e.getMessage());
            return e.isNotFound() || e.isConflict();
        }
    }
}
