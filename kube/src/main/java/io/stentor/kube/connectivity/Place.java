package io.stentor.kube.connectivity;

import java.util.Locale;

/// Where a pod of the test runs, which is also the pod's name.
///
/// Servers answer for the whole time. Clients get a list of tasks each, and end with it.
enum Place {
    NEAR(false, false, Role.SERVER),
    FAR(true, false, Role.SERVER),
    NEAR_HOST(false, true, Role.SERVER),
    FAR_HOST(true, true, Role.SERVER),
    CLIENT(false, false, Role.CLIENT),
    SECOND_CLIENT(false, false, Role.CLIENT),
    HOST_CLIENT(false, true, Role.CLIENT),
    FAR_CLIENT(true, false, Role.CLIENT);

    /// What a pod is for.
    enum Role {
        SERVER,
        CLIENT
    }

    private final boolean secondNode;
    private final boolean hostNetwork;
    private final Role role;

    Place(boolean secondNode, boolean hostNetwork, Role role) {
        this.secondNode = secondNode;
        this.hostNetwork = hostNetwork;
        this.role = role;
    }

    /// Whether it is on the second of the two nodes.
    boolean secondNode() {
        return secondNode;
    }

    boolean hostNetwork() {
        return hostNetwork;
    }

    boolean is(Role wanted) {
        return role == wanted;
    }

    /// Name of the pod.
    String pod() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
