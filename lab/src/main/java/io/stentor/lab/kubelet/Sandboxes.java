package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.LabFailure;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.topology.NodeSpace;
import io.stentor.lab.topology.Shell;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/// Makes and removes pods' networks, and remembers on disk which there are: what a node's power cut leaves behind is
/// taken away through CNI when the node is back.
final class Sandboxes {

    private static final System.Logger LOG = System.getLogger("sandbox");

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final NodeSpace node;
    private final Cni cni;
    private volatile boolean closed;

    Sandboxes(NodeSpace node) {
        this.node = node;
        this.cni = new Cni(node);
    }

    /// Where network configurations are looked for, as the machine sees it.
    Path configurations() {
        return node.outside(NodeSpace.INSIDE).resolve("net.d");
    }

    /// Whether a network configuration is in place.
    ///
    /// @return nothing if so, else what is missing
    Optional<String> notReady() {
        try {
            return NetworkConfiguration.first(configurations()).isPresent()
                    ? Optional.empty()
                    : Optional.of("cni plugin not initialized");
        } catch (CniException unusable) {
            return Optional.of(String.valueOf(unusable.getMessage()));
        }
    }

    /// The network of a pod that uses the node's own.
    static Sandbox ofNode(ObjectName pod, String uid) {
        return new Sandbox(id(), pod, uid, "", Optional.empty());
    }

    /// Makes a network namespace and has it connected.
    ///
    /// @throws CniException with nothing left behind
    Sandbox create(ObjectName pod, String uid) throws CniException {
        NetworkConfiguration network = NetworkConfiguration.first(configurations())
                .orElseThrow(() -> new CniException("cni plugin not initialized: no network configuration in "
                        + NodeSpace.INSIDE.resolve("net.d")));
        Sandbox sandbox = new Sandbox(id(), pod, uid, "cni-" + UUID.randomUUID(), Optional.empty());
        record(sandbox, network);
        try {
            inNode("ip", "netns", "add", sandbox.netns());
            inNode("ip", "-n", sandbox.netns(), "link", "set", "lo", "up");
            Sandbox connected = sandbox.with(cni.add(network, sandbox));
            record(connected, network);
            return connected;
        } catch (CniException | LabFailure failed) {
            remove(sandbox);
            throw failed instanceof CniException known ? known : new CniException(failed.getMessage());
        }
    }

    /// Disconnects a pod, then takes its network namespace away. A plugin that fails is named in the log, and asked
    /// again until it does not, as runtimes do; also when the node starts the next time.
    void remove(Sandbox sandbox) {
        if (!sandbox.hostNetwork() && !removed(sandbox)) {
            Thread.ofVirtual().name("sandbox of " + sandbox.pod()).start(() -> removeLater(sandbox));
        }
    }

    private void removeLater(Sandbox sandbox) {
        try {
            do {
                Thread.sleep(PAUSE);
            } while (!closed && !removed(sandbox));
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean removed(Sandbox sandbox) {
        try {
            NetworkConfiguration network = used(sandbox);
            cni.del(network, sandbox);
        } catch (CniException | IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "network of pod " + sandbox.pod() + " not released: " + e.getMessage());
            return false;
        }
        Shell.attempt(node.enterMounts("", List.of("ip", "netns", "delete", sandbox.netns())), "");
        forget(sandbox);
        return true;
    }

    /// Nothing more is asked of plugins: the node is off.
    void close() {
        closed = true;
    }

    /// The networks of pods that were here before the node was switched off.
    List<Sandbox> leftBehind() {
        if (!Files.isDirectory(records())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(records())) {
            return files.map(file -> {
                        try {
                            return Sandbox.of(
                                    Json.parse(Files.readAllBytes(file)).path("sandbox"));
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private NetworkConfiguration used(Sandbox sandbox) throws CniException, IOException {
        return NetworkConfiguration.parse(
                Json.bytes(Json.parse(Files.readAllBytes(recordOf(sandbox))).path("network")));
    }

    private void record(Sandbox sandbox, NetworkConfiguration network) throws CniException {
        ObjectNode json = Json.object();
        json.set("sandbox", sandbox.toJson());
        json.set("network", network.toJson());
        try {
            Files.createDirectories(records());
            Files.write(recordOf(sandbox), Json.bytes(json));
        } catch (IOException e) {
            throw new CniException("'" + recordOf(sandbox) + "' cannot be written: " + e.getMessage());
        }
    }

    private void forget(Sandbox sandbox) {
        try {
            Files.deleteIfExists(recordOf(sandbox));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "'" + recordOf(sandbox) + "' stays: " + e.getMessage());
        }
    }

    private Path records() {
        return node.folder().resolve("sandboxes");
    }

    private Path recordOf(Sandbox sandbox) {
        return records().resolve(sandbox.id() + ".json");
    }

    private void inNode(String... command) {
        Shell.run(node.enterMounts("", List.of(command)), "");
    }

    private static String id() {
        return (UUID.randomUUID().toString() + UUID.randomUUID()).replace("-", "");
    }
}
