package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;

/// Whether a container that ended is started again.
enum RestartPolicy {
    ALWAYS,
    ON_FAILURE,
    NEVER;

    static RestartPolicy of(JsonNode pod) {
        return switch (pod.path("spec").path("restartPolicy").asText("Always")) {
            case "Never" -> NEVER;
            case "OnFailure" -> ON_FAILURE;
            default -> ALWAYS;
        };
    }

    boolean restarts(int exitCode) {
        return switch (this) {
            case ALWAYS -> true;
            case ON_FAILURE -> exitCode != 0;
            case NEVER -> false;
        };
    }
}
