package io.stentor.datapath.compile;

import io.stentor.model.PersistentMap;
import io.stentor.model.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What lies between two states, whichever is the older.
record Change(Facts before, Facts after) {

    /// Whether nobody has touched a table: asked so often that its rows are not looked at.
    @SuppressWarnings("ReferenceEquality")
    boolean isSame(Table<?, ?> table) {
        return before.state().table(table) == after.state().table(table);
    }

    /// The rows of a table that are in one of the two only. A row that changed is here twice, as it was and as it is.
    <K, R> Stream<R> rows(Table<K, R> table) {
        if (isSame(table)) {
            return Stream.empty();
        }
        List<R> rows = new ArrayList<>();
        before.state().table(table).diff(after.state().table(table), new PersistentMap.Diff<K, R>() {
            @Override
            public void added(K key, R row) {
                rows.add(row);
            }

            @Override
            public void removed(K key, R row) {
                rows.add(row);
            }
        });
        return rows.stream();
    }
}
