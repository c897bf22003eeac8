package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.kubelet.ContainerState.Terminated;
import java.time.Instant;
import java.util.Optional;

/// What a pod's status says about a container that ran before its node was switched off. Pure.
final class Earlier {

    /// What a power cut leaves of an exit code: SIGKILL.
    private static final int KILLED = 137;

    private Earlier() {}

    /// The container as it is before it is started: new, or for one more time.
    static ContainerView view(JsonNode pod, JsonNode spec) {
        String name = spec.path("name").asText();
        ContainerView fresh = ContainerView.creating(name);
        for (JsonNode status : pod.path("status").path("containerStatuses")) {
            if (status.path("name").asText().equals(name)
                    && (status.path("state").has("running")
                            || status.path("lastState").has("terminated"))) {
                Instant since = time(status.path("state").path("running").path("startedAt"));
                Terminated ended = new Terminated(KILLED, "Error", since, Instant.now());
                return new ContainerView(
                        name,
                        fresh.state(),
                        Optional.of(ended),
                        status.path("restartCount").asInt() + 1,
                        ContainerView.Probes.NONE);
            }
        }
        return fresh;
    }

    private static Instant time(JsonNode text) {
        return text.isTextual() ? Instant.parse(text.asText()) : Instant.EPOCH;
    }
}
