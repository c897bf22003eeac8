package io.stentor.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.model.PersistentMap;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.List;
import java.util.function.Function;

/// How one table stands in the snapshot: a list of its rows under its name.
///
/// @param source that the rows come from
/// @param write  a row as JSON
/// @param read   the same row again
/// @param <R>    the row
record SnapshotForm<K, R>(Source source, Table<K, R> table, Function<R, JsonNode> write, Function<JsonNode, R> read) {

    /// All that is kept.
    static final List<SnapshotForm<?, ?>> ALL = List.of(
            new SnapshotForm<>(Source.NODES, Table.NODES, NodeRows::json, NodeRows::node),
            new SnapshotForm<>(Source.OWN_NODE, Table.OWN_NODE, NodeRows::json, NodeRows::ownNode),
            new SnapshotForm<>(Source.PODS, Table.PODS, NodeRows::json, NodeRows::pod),
            new SnapshotForm<>(Source.SERVICES, Table.SERVICES, ServiceRows::json, ServiceRows::service),
            new SnapshotForm<>(Source.SLICES, Table.SLICES, ServiceRows::json, ServiceRows::slice));

    PersistentMap<K, R> rows(State state) {
        return state.table(table);
    }

    void write(State state, ObjectNode json) {
        ArrayNode rows = json.putArray(table.toString());
        rows(state).values().forEach(row -> rows.add(write.apply(row)));
    }

    /// The state with the rows that were written; with none that an earlier build did not keep.
    ///
    /// @throws IllegalArgumentException if there is something else than rows
    State read(JsonNode json, State state) {
        PersistentMap<K, R> rows = rows(state);
        for (JsonNode item : json.path(table.toString())) {
            R row = read.apply(item);
            rows = rows.plus(table.key(row), row);
        }
        return state.with(table, rows);
    }
}
