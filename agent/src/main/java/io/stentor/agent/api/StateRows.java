package io.stentor.agent.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.model.Endpoint;
import io.stentor.model.EndpointSlice;
import io.stentor.model.Node;
import io.stentor.model.PersistentMap;
import io.stentor.model.RemotePod;
import io.stentor.model.Service;
import io.stentor.model.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// Rows of the state as JSON.
final class StateRows {
    private StateRows() {}

    static ObjectNode of(Node node) {
        ObjectNode json = Rows.object().put("name", node.name());
        ArrayNode addresses = json.putArray("addresses");
        node.addresses()
                .forEach(a -> addresses
                        .addObject()
                        .put("type", a.type().toString())
                        .put("address", a.address().toString()));
        ArrayNode ranges = json.putArray("podCIDRs");
        node.podCidrs().forEach(range -> ranges.add(range.toString()));
        return json;
    }

    static ObjectNode of(Endpoint endpoint) {
        ObjectNode json = Rows.object().put("id", endpoint.id());
        json.put("namespace", endpoint.pod().namespace())
                .put("name", endpoint.pod().name());
        endpoint.addresses().ipv4().ifPresent(a -> json.put("ipv4", a.toString()));
        endpoint.addresses().ipv6().ifPresent(a -> json.put("ipv6", a.toString()));
        json.put("identity", Integer.toUnsignedLong(endpoint.identity()));
        json.put("interface", endpoint.attachment().hostInterface())
                .put("ifindex", endpoint.attachment().ifindex())
                .put("mac", endpoint.attachment().podMac().toString())
                .put("podInterface", endpoint.attachment().podInterface())
                .put("containerId", endpoint.attachment().containerId())
                .put("uid", endpoint.pod().uid());
        return json;
    }

    static ObjectNode of(RemotePod pod) {
        return Rows.object()
                .put("address", pod.address().toString())
                .put("identity", Integer.toUnsignedLong(pod.identity()))
                .put("node", pod.node().toString());
    }

    /// All rows of a table, in the order of their keys' texts or numbers.
    static List<ObjectNode> of(Table<?, ?> table, PersistentMap<?, ?> rows) {
        return sorted(rows).stream()
                .map(entry -> switch (entry.getValue()) {
                    case Node node -> of(node);
                    case Endpoint endpoint -> of(endpoint);
                    case RemotePod pod -> of(pod);
                    case Service service -> ServiceRows.of(service);
                    case EndpointSlice slice -> ServiceRows.of(slice);
                    default ->
                        // A table that is newer than this class shows its rows as they call themselves.
                        Rows.object().put(table.toString(), entry.getValue().toString());
                })
                .toList();
    }

    private static List<Map.Entry<?, ?>> sorted(PersistentMap<?, ?> rows) {
        List<Map.Entry<?, ?>> entries = new ArrayList<>(rows.size());
        rows.forEach((key, row) -> entries.add(Map.entry(key, row)));
        entries.sort(Comparator.comparing(Map.Entry::getKey, StateRows::compare));
        return entries;
    }

    // Keys of one table are of one type.
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static int compare(Object a, Object b) {
        return a instanceof Comparable left ? left.compareTo(b) : a.toString().compareTo(b.toString());
    }
}
