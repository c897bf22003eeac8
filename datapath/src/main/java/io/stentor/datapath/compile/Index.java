package io.stentor.datapath.compile;

import io.stentor.model.PersistentMap;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// A way to find a table's rows by something else than their key. Several rows may say the same, and one row several
/// things. [Facts] names the indices there are and holds their content, as a [State] does for [Table]s.
///
/// @param <P> what rows are found by
/// @param <K> the key of the table, by which rows that say the same are ordered
/// @param <R> the row
final class Index<P, K extends Comparable<K>, R> {
    private final Table<K, R> table;
    private final Function<R, List<P>> says;

    Index(Table<K, R> table, Function<R, List<P>> says) {
        this.table = table;
        this.says = says;
    }

    /// The content for a newer state, at the cost of what changed.
    ///
    /// @param content that of the older state
    PersistentMap<P, PersistentMap<K, R>> next(
            PersistentMap<P, PersistentMap<K, R>> content, State before, State after) {
        Step step = new Step(content);
        before.table(table).diff(after.table(table), step);
        return step.result();
    }

    private final class Step implements PersistentMap.Diff<K, R> {
        private final PersistentMap<P, PersistentMap<K, R>> content;

        /// What the new content has at the places that changed.
        private final Map<P, PersistentMap<K, R>> touched = new HashMap<>();

        Step(PersistentMap<P, PersistentMap<K, R>> content) {
            this.content = content;
        }

        @Override
        public void added(K key, R row) {
            says.apply(row).forEach(said -> touched.put(said, rows(said).plus(key, row)));
        }

        @Override
        public void removed(K key, R row) {
            says.apply(row).forEach(said -> touched.put(said, rows(said).minus(key)));
        }

        private PersistentMap<K, R> rows(P said) {
            PersistentMap<K, R> rows = touched.get(said);
            rows = rows == null ? content.get(said) : rows;
            return rows == null ? PersistentMap.empty() : rows;
        }

        PersistentMap<P, PersistentMap<K, R>> result() {
            PersistentMap<P, PersistentMap<K, R>> result = content;
            for (Map.Entry<P, PersistentMap<K, R>> entry : touched.entrySet()) {
                P said = entry.getKey();
                result = entry.getValue().isEmpty() ? result.minus(said) : result.plus(said, entry.getValue());
            }
            return result;
        }
    }
}
