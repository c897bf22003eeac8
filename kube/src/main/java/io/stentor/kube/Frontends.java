package io.stentor.kube;

import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Kinds of addresses at which a Service is reached.
enum Frontends {
    CLUSTER_IP,
    NODE_PORT,
    BALANCER,
    EXTERNAL;

    private static final Map<String, Frontends> BY_NAME =
            Map.of("ClusterIP", CLUSTER_IP, "NodePort", NODE_PORT, "LoadBalancer", BALANCER);

    /// Those that a Service of this type has; nothing for a type that has none or is not known.
    static Optional<Set<Frontends>> ofType(String type) {
        return switch (type) {
            case "ClusterIP" -> Optional.of(EnumSet.of(CLUSTER_IP, EXTERNAL));
            case "NodePort" -> Optional.of(EnumSet.of(CLUSTER_IP, EXTERNAL, NODE_PORT));
            case "LoadBalancer" -> Optional.of(EnumSet.allOf(Frontends.class));
            default -> Optional.empty();
        };
    }

    /// The one kind that has the name of a type.
    static Optional<Frontends> named(String type) {
        return Optional.ofNullable(BY_NAME.get(type));
    }
}
