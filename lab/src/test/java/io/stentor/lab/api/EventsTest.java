package io.stentor.lab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsTest {

    private static final Resource NEW_FORM = new Resource("events.k8s.io", "v1", "events");

    @TempDir
    Path folder;

    private TestServer server;
    private ObjectApi api;

    @BeforeEach
    void start() {
        server = new TestServer(folder.resolve("kubeconfig"), 100);
        api = server.objects();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void the_same_event_again_counts_up_and_both_groups_show_it() throws Exception {
        ObjectNode map = api.create(Resource.CONFIG_MAPS, Objects.configMap("m", ""));
        Events events = new Events(api, "tester", "");
        try (Watch watch = api.watch(NEW_FORM, Selection.withField("regarding.name", "m"), "")) {
            events.normal(map, "Tested", "it was");
            events.normal(map, "Tested", "it was");
            events.warning(map, "Tested", "it was not");
            assertThat(watch.next(Duration.ofSeconds(5))
                            .orElseThrow()
                            .object()
                            .path("note")
                            .asText())
                    .isEqualTo("it was");
        }
        assertThat(api.list(Resource.EVENTS, Selection.ALL).items()).hasSize(2).anySatisfy(event -> {
            assertThat(event.path("count").asInt()).isEqualTo(2);
            assertThat(event.at("/involvedObject/name").asText()).isEqualTo("m");
        });
    }

    @Test
    void an_event_of_the_new_form_is_kept_in_the_old_one() {
        ObjectNode made = api.create(
                NEW_FORM,
                Objects.yaml("{metadata: {namespace: default, name: e}, regarding: {kind: Pod, name: p}, note: hello, "
                        + "reason: R, type: Normal, action: A, eventTime: '2026-01-01T00:00:00.000000Z'}"));
        assertThat(made.path("note").asText()).isEqualTo("hello");
        ObjectNode core = api.get(Resource.EVENTS, new ObjectName("default", "e"));
        assertThat(core.path("apiVersion").asText()).isEqualTo("v1");
        assertThat(core.path("message").asText()).isEqualTo("hello");
        assertThat(core.at("/involvedObject/name").asText()).isEqualTo("p");
        ObjectNode changed = api.mergePatch(
                NEW_FORM, new ObjectName("default", "e"), "", Objects.yaml("{note: again, deprecatedCount: 3}"));
        assertThat(changed.path("deprecatedCount").asInt()).isEqualTo(3);
        assertThat(api.get(Resource.EVENTS, new ObjectName("default", "e"))
                        .path("message")
                        .asText())
                .isEqualTo("again");
    }

    @Test
    void an_old_kubectl_is_told_what_to_do() {
        assertThatThrownBy(() -> OldKubectl.refuse("kubectl/v1.20.2 (linux/amd64) kubernetes/faecb19"))
                .hasMessage("kubectl 1.20.2 is too old for the lab's API server: install 1.28 or newer from "
                        + "https://kubernetes.io/docs/tasks/tools/");
        assertThatCode(() -> OldKubectl.refuse("kubectl/v1.28.0 (linux/amd64) kubernetes/x"))
                .doesNotThrowAnyException();
        assertThatCode(() -> OldKubectl.refuse("fabric8-kubernetes-client/7.8.0"))
                .doesNotThrowAnyException();
    }
}
