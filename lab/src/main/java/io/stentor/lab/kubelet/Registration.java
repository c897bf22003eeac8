package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.Resource;
import io.stentor.lab.kubelet.NodeObject.Machine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Makes the node known, and keeps saying that it lives: by its Lease every few seconds, by its status when that
/// changes.
final class Registration implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("kubelet");
    private static final String LEASES = "kube-node-lease";
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration RENEW = Duration.ofSeconds(3);

    /// As long as the status does not change, its heartbeat is renewed so seldom.
    private static final Duration HEARTBEAT = Duration.ofMinutes(1);

    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final NodeContext node;
    private final Sandboxes sandboxes;
    private final Runnable networkReady;
    private final Machine machine;
    private final Thread thread;

    /// The Node object's, once it is known; of the loop's thread.
    private String uid = "";

    /// @param networkReady called once, when the network configuration is first seen
    private Registration(NodeContext node, Sandboxes sandboxes, Runnable networkReady) {
        this.node = node;
        this.sandboxes = sandboxes;
        this.networkReady = networkReady;
        this.machine = machine();
        this.thread = Thread.ofVirtual().name("node-status").unstarted(this::loop);
    }

    static Registration start(NodeContext node, Sandboxes sandboxes, Runnable networkReady) {
        Registration registration = new Registration(node, sandboxes, networkReady);
        registration.thread.start();
        return registration;
    }

    private void loop() {
        Optional<String> said = Optional.of("not yet looked");
        Instant renewed = Instant.EPOCH;
        Instant reported = Instant.EPOCH;
        boolean seenReady = false;
        try {
            while (true) {
                Instant now = Instant.now();
                try {
                    Optional<String> notReady = sandboxes.notReady();
                    boolean due = now.isAfter(renewed.plus(RENEW));
                    if (due) {
                        // Before the status: who finds an old Lease beside a ready node says that it is lost.
                        renew(now);
                        renewed = now;
                    }
                    if (!notReady.equals(said)
                            || now.isAfter(reported.plus(HEARTBEAT))
                            || (due && contradicted(notReady))) {
                        report(notReady, now);
                        said = notReady;
                        reported = now;
                    }
                    if (notReady.isEmpty() && !seenReady) {
                        seenReady = true;
                        networkReady.run();
                    }
                } catch (ApiException e) {
                    LOG.log(System.Logger.Level.WARNING, "node " + name() + " not reported: " + e.getMessage());
                    Thread.sleep(RENEW);
                }
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /// Whether the API says otherwise: somebody gave the node up while it was away.
    private boolean contradicted(Optional<String> notReady) {
        String expected = notReady.isEmpty() ? "True" : "False";
        return node.api()
                .find(Resource.NODES, new ObjectName("", name()))
                .map(known -> !NodeObject.ready(known).equals(expected))
                .orElse(true);
    }

    private String name() {
        return node.host().name();
    }

    private void report(Optional<String> notReady, Instant now) {
        ObjectApi api = node.api();
        ObjectName self = new ObjectName("", name());
        while (true) {
            try {
                ObjectNode known = api.find(Resource.NODES, self)
                        .orElseGet(() -> api.create(
                                Resource.NODES,
                                NodeObject.registration(
                                        name(), machine.info().getOrDefault("architecture", "amd64"), node.terms())));
                uid = Json.text(known, "metadata.uid");
                ObjectNode next = known.deepCopy();
                next.set("status", NodeObject.status(known, node.host(), machine, notReady, now));
                api.updateStatus(Resource.NODES, next);
                return;
            } catch (ApiException e) {
                if (!e.isConflict()) {
                    throw e;
                }
            }
        }
    }

    private void renew(Instant now) {
        ObjectNode lease = Json.object();
        lease.putObject("metadata").put("namespace", LEASES).put("name", name());
        lease.putObject("spec")
                .put("holderIdentity", name())
                .put("leaseDurationSeconds", 40)
                .put("renewTime", MICROS.format(now));
        if (!uid.isEmpty()) {
            // Whoever deletes the Node is rid of the Lease, too.
            Json.ensure(lease, "metadata")
                    .putArray("ownerReferences")
                    .addObject()
                    .put("apiVersion", "v1")
                    .put("kind", "Node")
                    .put("name", name())
                    .put("uid", uid);
        }
        try {
            ObjectNode patch = Json.object();
            patch.set("spec", lease.path("spec").deepCopy());
            if (!uid.isEmpty()) {
                patch.putObject("metadata")
                        .set(
                                "ownerReferences",
                                Json.at(lease, "metadata.ownerReferences").deepCopy());
            }
            node.api().mergePatch(Resource.LEASES, new ObjectName(LEASES, name()), "", patch);
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
            node.api().create(Resource.LEASES, lease);
        }
    }

    private static Machine machine() {
        Map<String, String> info = new LinkedHashMap<>();
        String id = read("/etc/machine-id");
        info.put("machineID", id);
        info.put("systemUUID", id);
        info.put("bootID", read("/proc/sys/kernel/random/boot_id"));
        info.put("kernelVersion", System.getProperty("os.version"));
        info.put("osImage", osImage());
        info.put("containerRuntimeVersion", "stentor-lab://0.1.0");
        info.put("kubeletVersion", "v1.32.0");
        info.put("kubeProxyVersion", "v1.32.0");
        info.put("operatingSystem", "linux");
        String architecture = System.getProperty("os.arch");
        info.put("architecture", architecture.equals("aarch64") ? "arm64" : architecture);
        int processors = Runtime.getRuntime().availableProcessors();
        long memory =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
        return new Machine(processors, memory, info);
    }

    private static String osImage() {
        return read("/etc/os-release")
                .lines()
                .filter(line -> line.startsWith("PRETTY_NAME="))
                .map(line -> line.substring("PRETTY_NAME=".length()).replace("\"", ""))
                .findFirst()
                .orElse("Linux");
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException absent) {
            return "";
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
