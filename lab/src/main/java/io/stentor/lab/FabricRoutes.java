package io.stentor.lab;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.LabSpec.Routing;
import io.stentor.lab.topology.Host;
import io.stentor.lab.topology.Shell;
import io.stentor.lab.topology.Topology;
import io.stentor.model.Cidr;
import io.stentor.model.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// In native mode the fabric routes each node's pod ranges to the node, as a provider's network does. In tunnel mode
/// it knows nothing of pods.
final class FabricRoutes implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("fabric");
    private static final Duration LOOK = Duration.ofMillis(200);

    private final Topology topology;
    private final LabStatus status;
    private final @Nullable Thread thread;

    private FabricRoutes(Topology topology, LabStatus status) {
        this.topology = topology;
        this.status = status;
        this.thread = topology.plan().spec().shape().routing() == Routing.NATIVE
                ? Thread.ofVirtual().name("fabric-routes").unstarted(this::loop)
                : null;
    }

    static FabricRoutes start(Topology topology, LabStatus status) {
        FabricRoutes routes = new FabricRoutes(topology, status);
        if (routes.thread != null) {
            routes.thread.start();
        }
        return routes;
    }

    private void loop() {
        Map<Cidr, IpAddress> present = Map.of();
        try {
            while (true) {
                Map<Cidr, IpAddress> wanted = new TreeMap<>();
                for (Host node : topology.plan().nodes()) {
                    wanted.putAll(routes(
                            node,
                            status.podCidrs(node.name()).stream()
                                    .map(JsonNode::asText)
                                    .toList()));
                }
                if (!wanted.equals(present)) {
                    present = apply(present, wanted);
                }
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /// A node's ranges by the node's address of the same family.
    static Map<Cidr, IpAddress> routes(Host node, List<String> ranges) {
        Map<Cidr, IpAddress> routes = new TreeMap<>();
        for (String text : ranges) {
            Cidr.parse(text)
                    .ifPresent(range -> node.addresses().stream()
                            .filter(address -> address.family() == range.family())
                            .findFirst()
                            .ifPresent(address -> routes.put(range, address)));
        }
        return routes;
    }

    private Map<Cidr, IpAddress> apply(Map<Cidr, IpAddress> before, Map<Cidr, IpAddress> wanted) {
        List<String> lines = new ArrayList<>();
        before.keySet().stream()
                .filter(range -> !wanted.containsKey(range))
                .forEach(range -> lines.add("route del " + range));
        wanted.forEach((range, via) -> lines.add("route replace " + range + " via " + via));
        Shell.Result result = Shell.attempt(
                List.of("ip", "-n", topology.plan().fabric(), "-force", "-batch", "-"),
                String.join("\n", lines) + "\n");
        if (result.exit() != 0) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "routes to pods: " + result.err().strip());
            return before;
        }
        LOG.log(System.Logger.Level.INFO, "routes to pods " + wanted);
        return wanted;
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
