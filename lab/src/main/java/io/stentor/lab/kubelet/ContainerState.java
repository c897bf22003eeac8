package io.stentor.lab.kubelet;

import java.time.Instant;

/// What a container is doing, as its status says it.
sealed interface ContainerState {

    /// @param reason  `ContainerCreating`, `CrashLoopBackOff`, …
    /// @param message for people; may be empty
    record Waiting(String reason, String message) implements ContainerState {}

    /// @param pid of its first process, as the machine counts
    record Running(Instant since, long pid) implements ContainerState {}

    /// @param exitCode 128 + the signal when a signal ended it
    /// @param reason   `Completed` or `Error`
    record Terminated(int exitCode, String reason, Instant since, Instant until) implements ContainerState {}
}
