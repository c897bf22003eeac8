package io.stentor.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.bpf.generated.Layouts;
import io.stentor.datapath.sync.ByteString;
import io.stentor.datapath.sync.Difference;
import io.stentor.flow.KernelClock;
import io.stentor.flow.Owner;
import io.stentor.flow.Owners;
import io.stentor.model.Endpoint;
import io.stentor.model.PersistentMap;
import io.stentor.model.State;
import io.stentor.model.Table;
import io.stentor.node.Method;
import io.stentor.node.Reply;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The methods of the agent's socket that the command line asks.
///
/// Lists are streams: each item is a JSON array of rows, and the result that ends them is an object with their `count`.
/// `status`, `version`, `endpoint.get`, `service.get` and `explain` are a result alone, an object.
public final class AgentMethods {
    private final AgentView view;
    private final MapMethod maps;

    private AgentMethods(AgentView view) {
        this.view = view;
        this.maps = new MapMethod(view.kernel());
    }

    /// By the names under which the socket registers them.
    public static Map<String, Method> of(AgentView view) {
        AgentMethods methods = new AgentMethods(view);
        Map<String, Method> all = new HashMap<>(ServiceMethods.of(view));
        all.putAll(JoinedMaps.of(view));
        all.put("explain", new ExplainMethod(view));
        all.putAll(Map.of(
                "status", (request, reply) -> reply.result(Status.of(view).toString()),
                "version", (request, reply) -> reply.result(version().toString()),
                "endpoint.list", methods::listEndpoints,
                "endpoint.get", methods::getEndpoint,
                "node.list", methods::listNodes,
                "ip.list", methods::listAddresses,
                "tables", methods::tables,
                "maps", methods.maps,
                "diff", methods::differences,
                "monitor", new Monitor(view)));
        return Map.copyOf(all);
    }

    private State state() {
        return view.facts().state().get();
    }

    private static ObjectNode version() {
        Build build = Build.current();
        return Rows.object()
                .put("version", build.version())
                .put("commit", build.commit())
                .put("jdk", Runtime.version().toString())
                .put("kernel", System.getProperty("os.version"))
                .put("layout", Layouts.fingerprint());
    }

    private void listEndpoints(JsonNode request, Reply reply) throws IOException {
        EndpointStates states = EndpointStates.read(view);
        Rows rows = new Rows(reply);
        for (Endpoint endpoint : sorted(state().endpoints())) {
            rows.add(row(endpoint, states));
        }
        rows.end();
    }

    private static ObjectNode row(Endpoint endpoint, EndpointStates states) {
        return StateRows.of(endpoint).put("state", states.of(endpoint));
    }

    private void getEndpoint(JsonNode request, Reply reply) throws IOException {
        String wanted = request.path("endpoint").asText("");
        Optional<Endpoint> found = state().endpoints()
                .values()
                .filter(e -> Integer.toString(e.id()).equals(wanted)
                        || e.pod().toString().equals(wanted))
                .findFirst();
        if (found.isPresent()) {
            reply.result(row(found.get(), EndpointStates.read(view)).toString());
        } else {
            reply.refuse("no endpoint " + wanted + " on node " + view.about().node());
        }
    }

    private static List<Endpoint> sorted(PersistentMap<Integer, Endpoint> endpoints) {
        return endpoints.values().sorted(Comparator.comparingInt(Endpoint::id)).toList();
    }

    private void listNodes(JsonNode request, Reply reply) throws IOException {
        Rows rows = new Rows(reply);
        for (ObjectNode row : StateRows.of(Table.NODES, state().nodes())) {
            rows.add(row.put(
                    "local", row.path("name").asText().equals(view.about().node())));
        }
        rows.end();
    }

    private void listAddresses(JsonNode request, Reply reply) throws IOException {
        Owners owners = new Owners(state(), view.about().node());
        Rows rows = new Rows(reply);
        for (var entry : owners.addresses().entrySet()) {
            rows.add(row(entry.getKey().toString(), entry.getValue()));
        }
        for (var entry : owners.ranges().entrySet()) {
            rows.add(row(entry.getKey().toString(), entry.getValue()));
        }
        rows.end();
    }

    private static ObjectNode row(String address, Owner owner) {
        return Rows.object()
                .put("address", address)
                .put("kind", owner.kind().toString())
                .put("identity", Integer.toUnsignedLong(owner.identity()))
                .put("name", owner.name())
                .put("node", owner.node());
    }

    private void tables(JsonNode request, Reply reply) throws IOException {
        String wanted = request.path("name").asText("");
        Rows rows = new Rows(reply);
        Map<Table<?, ?>, PersistentMap<?, ?>> tables = state().tables();
        if (wanted.isEmpty()) {
            for (var entry : tables.entrySet()) {
                rows.add(Rows.object()
                        .put("table", entry.getKey().toString())
                        .put("rows", entry.getValue().size()));
            }
            rows.end();
            return;
        }
        for (var entry : tables.entrySet()) {
            if (entry.getKey().toString().equals(wanted)) {
                for (ObjectNode row : StateRows.of(entry.getKey(), entry.getValue())) {
                    rows.add(row);
                }
                rows.end();
                return;
            }
        }
        reply.refuse("no table " + wanted + " has rows; those that have: "
                + tables.keySet().stream().map(Table::toString).collect(Collectors.joining(", ")));
    }

    private void differences(JsonNode request, Reply reply) throws IOException {
        if (view.kernel().maps().get().isEmpty()) {
            reply.refuse(MapMethod.NOT_LOADED);
            return;
        }
        Rows rows = new Rows(reply);
        KernelClock clock = KernelClock.now();
        for (Difference difference : view.kernel().differences().get()) {
            MapRows decoded = new MapRows(difference.map(), clock);
            ObjectNode row = Rows.object().put("map", difference.map().name());
            row.set("key", decoded.key(difference.key().toArray()));
            put(row, "desired", decoded, difference.desired());
            put(row, "kernel", decoded, difference.kernel());
            rows.add(row);
        }
        rows.end();
    }

    private static void put(ObjectNode row, String field, MapRows decoded, Optional<ByteString> value) {
        value.ifPresentOrElse(v -> row.set(field, decoded.value(v.toArray())), () -> row.putNull(field));
    }
}
