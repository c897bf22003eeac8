package io.stentor.kube;

import java.util.Collection;
import java.util.Optional;

/// The name that somebody probably meant.
final class Nearest {

    private Nearest() {}

    /// The candidate that differs least, if it is no more than a third of the name.
    static Optional<String> to(String name, Collection<String> candidates) {
        int best = name.length() / 3 + 1;
        String found = null;
        for (String candidate : candidates) {
            int distance = distance(name, candidate);
            if (distance < best) {
                best = distance;
                found = candidate;
            }
        }
        return Optional.ofNullable(found);
    }

    /// Levenshtein's.
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int substituted = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
