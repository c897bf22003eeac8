package io.stentor.model;

import java.util.Comparator;

/// Which service.
public record ServiceName(String namespace, String name) implements Comparable<ServiceName> {
    private static final Comparator<ServiceName> ORDER =
            Comparator.comparing(ServiceName::namespace).thenComparing(ServiceName::name);

    @Override
    public int compareTo(ServiceName other) {
        return ORDER.compare(this, other);
    }

    /// `namespace/name`, as people write it.
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
