package io.stentor.datapath;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// A few rows of a large table in which every two values that occur together in the whole do so as well.
final class Pairwise {
    private record Value(int column, Object value) {}

    private Pairwise() {}

    /// Takes the row that adds most, the first of equals, until nothing is missing.
    ///
    /// @param values the row's columns
    static <R> List<R> choose(List<R> all, Function<R, List<?>> values) {
        List<R> chosen = new ArrayList<>();
        Set<Set<Value>> covered = new HashSet<>();
        while (true) {
            R best = null;
            Set<Set<Value>> most = Set.of();
            for (R row : all) {
                Set<Set<Value>> added = pairs(values.apply(row));
                added.removeAll(covered);
                if (added.size() > most.size()) {
                    best = row;
                    most = added;
                }
            }
            if (best == null) {
                return chosen;
            }
            chosen.add(best);
            covered.addAll(most);
        }
    }

    private static Set<Set<Value>> pairs(List<?> values) {
        Set<Set<Value>> pairs = new HashSet<>();
        for (int i = 0; i < values.size(); i++) {
            for (int j = 0; j < i; j++) {
                pairs.add(Set.of(new Value(i, values.get(i)), new Value(j, values.get(j))));
            }
        }
        return pairs;
    }
}
