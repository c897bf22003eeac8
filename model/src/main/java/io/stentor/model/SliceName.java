package io.stentor.model;

import java.util.Comparator;

/// Which EndpointSlice.
public record SliceName(String namespace, String name) implements Comparable<SliceName> {
    private static final Comparator<SliceName> ORDER =
            Comparator.comparing(SliceName::namespace).thenComparing(SliceName::name);

    @Override
    public int compareTo(SliceName other) {
        return ORDER.compare(this, other);
    }

    /// `namespace/name`, as people write it.
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
