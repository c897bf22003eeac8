package io.stentor.model;

import java.util.Comparator;

/// Which EndpointSlice, or which host port of a pod: then it is the [ServiceName]'s.
public record SliceName(String namespace, String name) implements Comparable<SliceName> {
    private static final Comparator<SliceName> ORDER =
            Comparator.comparing(SliceName::namespace).thenComparing(SliceName::name);

    public static SliceName ofHostPort(ServiceName port) {
        return new SliceName(port.namespace(), port.name());
    }

    public boolean isHostPort() {
        return name.indexOf(':') >= 0;
    }

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
