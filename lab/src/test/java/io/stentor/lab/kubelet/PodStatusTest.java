package io.stentor.lab.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;
import io.stentor.lab.kubelet.ContainerState.Running;
import io.stentor.lab.kubelet.ContainerState.Terminated;
import io.stentor.lab.kubelet.ContainerState.Waiting;
import io.stentor.lab.kubelet.ContainerView.Probes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PodStatusTest {

    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant T1 = Instant.parse("2026-01-01T00:01:00Z");
    private static final List<String> IPS = List.of("10.0.0.7", "fd00::7");

    private static final ContainerView RUNNING =
            new ContainerView("c", new Running(T0, 42), Optional.empty(), 0, new Probes(true, true));

    private static JsonNode json(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ContainerView ended(int exit) {
        return new ContainerView("c", new Terminated(exit, "Error", T0, T1), Optional.empty(), 0, Probes.NONE);
    }

    private static PodStatus status(ContainerView... containers) {
        return new PodStatus(T0, List.of("192.168.60.11"), IPS, Arrays.asList(containers), T1);
    }

    @Test
    void the_phase_follows_from_what_containers_do_and_the_restart_policy() {
        ContainerView waiting = ContainerView.creating("c");
        ContainerView crashing =
                ended(1).after(new Terminated(1, "Error", T0, T1), new Waiting("CrashLoopBackOff", ""));
        assertThat(status(RUNNING, RUNNING).phase(RestartPolicy.ALWAYS)).isEqualTo("Running");
        assertThat(status(RUNNING, waiting).phase(RestartPolicy.ALWAYS)).isEqualTo("Pending");
        assertThat(status(RUNNING, crashing).phase(RestartPolicy.ALWAYS)).isEqualTo("Running");
        assertThat(status(RUNNING, ended(1)).phase(RestartPolicy.NEVER)).isEqualTo("Running");
        assertThat(status(ended(0), ended(1)).phase(RestartPolicy.NEVER)).isEqualTo("Failed");
        assertThat(status(ended(0), ended(0)).phase(RestartPolicy.ON_FAILURE)).isEqualTo("Succeeded");
        assertThat(status(ended(1), ended(0)).phase(RestartPolicy.ON_FAILURE)).isEqualTo("Running");
    }

    @Test
    void a_pod_is_ready_when_all_its_containers_are_and_keeps_conditions_of_others() {
        JsonNode pod = json("""
                {"spec": {}, "status": {"conditions": [
                  {"type": "PodScheduled", "status": "True", "lastTransitionTime": "2025-01-01T00:00:00Z"},
                  {"type": "Ready", "status": "True", "lastTransitionTime": "2025-02-02T00:00:00Z"}]}}""");
        ObjectNode status = status(RUNNING).of(pod);
        assertThat(conditions(status))
                .containsExactly(
                        "PodReadyToStartContainers=True 2026-01-01T00:01:00Z",
                        "Initialized=True 2026-01-01T00:01:00Z",
                        "Ready=True 2025-02-02T00:00:00Z",
                        "ContainersReady=True 2026-01-01T00:01:00Z",
                        "PodScheduled=True 2025-01-01T00:00:00Z");
        ContainerView unready = RUNNING.with(new Probes(true, false));
        JsonNode ready = status(RUNNING, unready).of(pod).path("conditions").path(2);
        assertThat(ready.path("status").asText()).isEqualTo("False");
        assertThat(ready.path("message").asText()).isEqualTo("containers with unready status: [c]");
    }

    private static List<String> conditions(JsonNode status) {
        return status.path("conditions")
                .valueStream()
                .map(c -> c.path("type").asText() + "=" + c.path("status").asText() + " "
                        + c.path("lastTransitionTime").asText())
                .toList();
    }

    @Test
    void the_same_facts_give_the_same_status_later() {
        ObjectNode pod = Json.object();
        pod.putObject("spec").put("restartPolicy", "Always");
        ObjectNode first = status(RUNNING).of(pod);
        pod.set("status", first);
        ObjectNode later =
                new PodStatus(T0, List.of("192.168.60.11"), IPS, List.of(RUNNING), T1.plusSeconds(60)).of(pod);
        assertThat(later).isEqualTo(first);
    }

    @Test
    void addresses_are_listed_with_the_first_one_alone() {
        ObjectNode status = status(RUNNING).of(Json.object());
        assertThat(status.path("podIP").asText()).isEqualTo("10.0.0.7");
        assertThat(status.path("podIPs")).hasToString("[{\"ip\":\"10.0.0.7\"},{\"ip\":\"fd00::7\"}]");
    }
}
