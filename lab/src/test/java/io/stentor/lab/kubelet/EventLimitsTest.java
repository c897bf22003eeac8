package io.stentor.lab.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.lab.api.Json;
import io.stentor.lab.api.Resource;
import io.stentor.lab.api.Selection;
import io.stentor.lab.api.TestServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What API servers take of an Event.
class EventLimitsTest {

    @TempDir
    Path folder;

    @Test
    void an_event_about_a_pod_with_the_longest_name_has_a_name_and_a_message_that_fit() {
        ObjectNode pod = Json.object();
        String name = "a".repeat(235) + "." + "b".repeat(17);
        pod.putObject("metadata").put("namespace", "default").put("name", name).put("uid", "u");
        try (TestServer server = new TestServer(folder.resolve("kubeconfig"), 100)) {
            new Events(server.objects(), "node").warning(pod, "Reason", "m".repeat(5000));
            assertThat(server.objects().list(Resource.EVENTS, Selection.ALL).items())
                    .singleElement()
                    .satisfies(event -> {
                        assertThat(Json.text(event, "metadata.name"))
                                .hasSizeLessThanOrEqualTo(253)
                                .matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
                        assertThat(Json.text(event, "message")).hasSize(1024);
                        assertThat(Json.text(event, "involvedObject.name")).isEqualTo(name);
                        assertThat(Json.text(event, "involvedObject.namespace")).isEqualTo("default");
                    });
        }
    }
}
