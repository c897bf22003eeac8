package io.stentor.model;

import java.util.Comparator;

/// Which service. A pod's host port counts as one too; its name has a colon, which no object's name has.
public record ServiceName(String namespace, String name) implements Comparable<ServiceName> {
    private static final Comparator<ServiceName> ORDER =
            Comparator.comparing(ServiceName::namespace).thenComparing(ServiceName::name);

    /// Of what is behind a host port of a pod.
    ///
    /// @param port which of the pod's, unlike the others
    public static ServiceName ofHostPort(String namespace, String pod, String port) {
        return new ServiceName(namespace, pod + ":" + port);
    }

    public boolean isHostPort() {
        return name.indexOf(':') >= 0;
    }

    /// The object that it is, or is of, as people name it: `Service/shop/web`, `Pod/shop/web-0`.
    public String object() {
        return isHostPort() ? "Pod/" + namespace + "/" + name.substring(0, name.indexOf(':')) : "Service/" + this;
    }

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
