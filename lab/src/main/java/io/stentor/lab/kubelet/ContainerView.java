package io.stentor.lab.kubelet;

import io.stentor.lab.kubelet.ContainerState.Terminated;
import java.util.Optional;

/// A container as its pod's status shows it.
///
/// @param name     in the pod
/// @param state    now
/// @param last     how the instance before ended
/// @param restarts how often it was started again
/// @param probes   what its probes have found
record ContainerView(String name, ContainerState state, Optional<Terminated> last, int restarts, Probes probes) {

    /// @param started by its startup probe, or because it has none
    /// @param ready   by its readiness probe, or because it has none and runs
    record Probes(boolean started, boolean ready) {
        static final Probes NONE = new Probes(false, false);
    }

    static ContainerView creating(String name) {
        return new ContainerView(
                name, new ContainerState.Waiting("ContainerCreating", ""), Optional.empty(), 0, Probes.NONE);
    }

    ContainerView in(ContainerState next) {
        return new ContainerView(name, next, last, restarts, Probes.NONE);
    }

    ContainerView with(Probes found) {
        return new ContainerView(name, state, last, restarts, found);
    }

    ContainerView after(Terminated ended, ContainerState next) {
        return new ContainerView(name, next, Optional.of(ended), restarts, Probes.NONE);
    }

    ContainerView restarted(ContainerState next) {
        return new ContainerView(name, next, last, restarts + 1, Probes.NONE);
    }
}
