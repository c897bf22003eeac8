package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.LabFailure;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.Mirror;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.PodLogs;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import io.stentor.lab.topology.Host;
import io.stentor.lab.topology.NodeSpace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/// The small kubelet of one node: registers the node and runs the pods that are bound to it.
public final class Kubelet implements AutoCloseable {

    private final NodeContext node;
    private final Sandboxes sandboxes;
    private final Map<String, PodWorker> workers = new ConcurrentHashMap<>();
    private final CompletableFuture<Mirror> pods = new CompletableFuture<>();
    private final CompletableFuture<Registration> registration = new CompletableFuture<>();
    private volatile boolean closed;

    private Kubelet(NodeContext node) {
        this.node = node;
        this.sandboxes = new Sandboxes(node.space());
    }

    /// How to enter a running container: a command to be followed by what is to be run, and the environment.
    public record Entrance(List<String> command, Map<String, String> environment) {}

    /// @param space   the node's inside, in place
    /// @param dialer  connections from the node's network, for probes
    public static Kubelet start(Host host, NodeSpace space, ObjectApi api, Dialer dialer, NodeTerms terms) {
        Kubelet kubelet = new Kubelet(new NodeContext(host, space, api, dialer, terms));
        List<Sandbox> leftBehind = kubelet.sandboxes.leftBehind();
        kubelet.registration.complete(Registration.start(
                kubelet.node, kubelet.sandboxes, () -> leftBehind.forEach(kubelet.sandboxes::remove)));
        kubelet.pods.complete(
                Mirror.start(api, Resource.PODS, Selection.withField("spec.nodeName", host.name()), kubelet::changed));
        return kubelet;
    }

    private void changed(ObjectName name) {
        if (closed) {
            return;
        }
        pods.join().get(name).ifPresent(pod -> workers.computeIfAbsent(uid(pod), uid -> work(name, uid, pod)));
        workers.values().forEach(PodWorker::changed);
    }

    private static String uid(ObjectNode pod) {
        return Json.text(pod, "metadata.uid");
    }

    private PodWorker work(ObjectName name, String uid, ObjectNode pod) {
        PodWorker worker = new PodWorker(
                node,
                sandboxes,
                pod,
                () -> pods.join().get(name).filter(present -> uid(present).equals(uid)));
        Thread.ofVirtual().name("pod " + name).start(() -> {
            try {
                worker.run();
            } finally {
                workers.remove(uid, worker);
            }
        });
        return worker;
    }

    /// The file that a container of a pod writes to now, see [LogStream].
    ///
    /// @param container "" for the first
    public Path logFile(ObjectName pod, String container) {
        ObjectNode present = present(pod);
        ContainerLoop loop = container(uid(present), container)
                .orElseThrow(() -> new LabFailure("Pod '" + pod + "' has no container"
                        + (container.isEmpty() ? " that was started." : " '" + container + "' that was started.")));
        return ContainerLog.file(
                PodContext.folder(node.space(), uid(present)),
                loop.name(),
                loop.view().restarts());
    }

    private ObjectNode present(ObjectName pod) {
        return pods.join()
                .get(pod)
                .orElseThrow(() -> new LabFailure(
                        "There is no pod '" + pod + "' on " + node.host().name() + "."));
    }

    private Optional<ContainerLoop> container(String uid, String container) {
        PodWorker worker = workers.get(uid);
        return worker == null
                ? Optional.empty()
                : worker.containers().stream()
                        .filter(loop -> container.isEmpty() || loop.name().equals(container))
                        .findFirst();
    }

    /// What a container has printed, as [PodLogs#open].
    public InputStream logs(PodLogs.Request request) {
        Path folder = PodContext.folder(node.space(), request.uid());
        Optional<ContainerLoop> loop = container(request.uid(), request.container());
        int restarts = loop.map(l -> l.view().restarts()).orElse(0);
        Path file = ContainerLog.file(folder, request.container(), request.previous() ? restarts - 1 : restarts);
        try {
            if (!Files.exists(file)) {
                throw ApiException.badRequest(
                        request.previous()
                                ? "previous terminated container \"" + request.container() + "\" in pod \""
                                        + request.pod().name() + "\" not found"
                                : "container \"" + request.container() + "\" in pod \""
                                        + request.pod().name() + "\" is waiting to start");
            }
            return LogStream.open(
                    file,
                    request,
                    () -> loop.map(l -> l.process().isEmpty() || l.view().restarts() != restarts)
                            .orElse(true));
        } catch (IOException e) {
            throw ApiException.badRequest("the log cannot be read: " + e.getMessage());
        }
    }

    /// How to enter a running container of a pod.
    ///
    /// @param container "" for the first
    public Entrance enter(ObjectName pod, String container) {
        ObjectNode present = present(pod);
        ContainerLoop loop = container(uid(present), container)
                .orElseThrow(() -> new LabFailure("Pod '" + pod + "' has no running container"
                        + (container.isEmpty() ? "." : " '" + container + "'.")));
        ContainerProcess process = loop.process()
                .orElseThrow(() -> new LabFailure(
                        "Container '" + loop.name() + "' of pod '" + pod + "' is not running; 'kubectl describe pod -n "
                                + pod.namespace() + " " + pod.name() + "' says why."));
        Launch launch = loop.launch().orElseThrow();
        return new Entrance(process.enter(launch.folder()), launch.environment());
    }

    /// Stops at once, as when the power goes: nothing is cleaned up, nothing reported.
    @Override
    public void close() {
        closed = true;
        sandboxes.close();
        registration.join().close();
        pods.join().close();
        workers.values().forEach(PodWorker::abandon);
    }
}
