package io.stentor.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.model.Cidr;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.PersistentMap;
import io.stentor.model.RemotePod;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import io.stentor.model.Table;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the API server said last, on disk: an agent that starts while the server is away goes on from there. Its rows
/// are nothing but a beginning: no source is synced by them, so that nothing is deleted for what they lack, and the
/// first list replaces them.
public final class Snapshot implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("snapshot");
    private static final ObjectMapper JSON = new ObjectMapper();

    /// Changes come in crowds; a crash loses no more than this.
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private final Path file;
    private final Store store;
    private final Thread writer;

    /// What the file holds.
    private PersistentMap<String, Node> nodes = PersistentMap.empty();

    private PersistentMap<IpAddress, RemotePod> pods = PersistentMap.empty();

    private Snapshot(Path file, Store store) {
        this.file = file;
        this.store = store;
        this.writer = Thread.ofVirtual().name("snapshot").unstarted(this::follow);
    }

    /// Commits what the file holds, if there is one, and keeps it up to date from then on.
    public static Snapshot start(Path file, Store store) {
        Snapshot snapshot = new Snapshot(file, store);
        snapshot.restore();
        snapshot.writer.start();
        return snapshot;
    }

    private void restore() {
        try {
            JsonNode json = JSON.readTree(Files.readString(file));
            List<Node> nodeRows = new ArrayList<>();
            json.path("nodes").forEach(row -> nodeRows.add(node(row)));
            List<RemotePod> podRows = new ArrayList<>();
            json.path("pods").forEach(row -> podRows.add(pod(row)));
            store.commit(state -> with(state, nodeRows, podRows));
            LOG.log(Level.INFO, "restored nodes=" + nodeRows.size() + " pods=" + podRows.size());
        } catch (NoSuchFileException first) {
            LOG.log(Level.DEBUG, "none yet");
        } catch (IOException | IllegalArgumentException unusable) {
            LOG.log(Level.WARNING, "not used, the API server is waited for: " + unusable.getMessage());
        }
    }

    private static State with(State state, List<Node> nodes, List<RemotePod> pods) {
        State next = state;
        for (Node node : nodes) {
            next = next.with(Table.NODES, node);
        }
        for (RemotePod pod : pods) {
            next = next.with(Table.PODS, pod);
        }
        return next;
    }

    /// The first time as soon as there is something to write, then after pauses.
    private void follow() {
        State state = store.current();
        try {
            while (true) {
                if (write(state)) {
                    Thread.sleep(PERIOD);
                }
                state = store.awaitAfter(state.revision());
            }
        } catch (InterruptedException closed) {
            // The end.
        }
    }

    /// Half of what there is would be worse than what there was.
    ///
    /// @return whether there was something to write
    private synchronized boolean write(State state) {
        boolean whole = state.synced(Source.NODES) && state.synced(Source.PODS);
        if (!whole || (state.nodes().equals(nodes) && state.pods().equals(pods))) {
            return false;
        }
        ObjectNode json = JSON.createObjectNode();
        ArrayNode nodeRows = json.putArray("nodes");
        state.nodes().values().forEach(node -> nodeRows.add(json(node)));
        ArrayNode podRows = json.putArray("pods");
        state.pods().values().forEach(pod -> podRows.add(json(pod)));
        try {
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(fresh, JSON.writeValueAsString(json));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            nodes = state.nodes();
            pods = state.pods();
        } catch (IOException failed) {
            LOG.log(Level.WARNING, "cannot be written file=" + file + " error=" + failed);
        }
        return true;
    }

    private static ObjectNode json(Node node) {
        ObjectNode json = JSON.createObjectNode().put("name", node.name());
        ArrayNode addresses = json.putArray("addresses");
        node.addresses()
                .forEach(a -> addresses
                        .addObject()
                        .put("type", a.type().toString())
                        .put("ip", a.address().toString()));
        ArrayNode ranges = json.putArray("podCIDRs");
        node.podCidrs().forEach(range -> ranges.add(range.toString()));
        return json;
    }

    private static Node node(JsonNode json) {
        List<NodeAddress> addresses = new ArrayList<>();
        for (JsonNode address : json.path("addresses")) {
            Optional<NodeAddress.Type> type =
                    NodeAddress.Type.parse(address.path("type").asText());
            addresses.add(new NodeAddress(
                    type.orElseThrow(() -> new IllegalArgumentException("an address of no type")),
                    IpAddress.of(address.path("ip").asText())));
        }
        List<Cidr> ranges = new ArrayList<>();
        json.path("podCIDRs").forEach(range -> ranges.add(Cidr.of(range.asText())));
        return new Node(json.path("name").asText(), addresses, ranges);
    }

    private static ObjectNode json(RemotePod pod) {
        return JSON.createObjectNode()
                .put("address", pod.address().toString())
                .put("identity", pod.identity())
                .put("node", pod.node().toString());
    }

    private static RemotePod pod(JsonNode json) {
        return new RemotePod(
                IpAddress.of(json.path("address").asText()),
                json.path("identity").asInt(),
                IpAddress.of(json.path("node").asText()));
    }

    /// Writes what is not written yet.
    @Override
    public void close() {
        writer.interrupt();
        write(store.current());
    }
}
