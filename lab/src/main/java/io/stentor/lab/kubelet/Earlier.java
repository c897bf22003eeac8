package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.api.Json;
import io.stentor.lab.kubelet.ContainerState.Terminated;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

    /// Whether the pod ran, and is not to be run again.
    static boolean lost(JsonNode pod) {
        return RestartPolicy.of(pod) == RestartPolicy.NEVER
                && Json.text(pod, "status.phase").equals("Running");
    }

    /// The containers of such a pod.
    static List<ContainerView> ended(JsonNode pod) {
        List<ContainerView> views = new ArrayList<>();
        for (JsonNode spec : pod.path("spec").path("containers")) {
            ContainerView view = view(pod, spec);
            Terminated end = view.last().orElseGet(() -> new Terminated(KILLED, "Error", Instant.EPOCH, Instant.now()));
            views.add(new ContainerView(
                    view.name(), end, Optional.empty(), Math.max(0, view.restarts() - 1), ContainerView.Probes.NONE));
        }
        return views;
    }

    private static Instant time(JsonNode text) {
        return text.isTextual() ? Instant.parse(text.asText()) : Instant.EPOCH;
    }
}
