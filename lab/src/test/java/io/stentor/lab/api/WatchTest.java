package io.stentor.lab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int WINDOW = 5000;

    @TempDir
    Path folder;

    private TestServer server;
    private ObjectApi api;

    @BeforeEach
    void start() {
        server = new TestServer(folder.resolve("kubeconfig"), WINDOW);
        api = server.objects();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /// Writers create, change and delete the same few objects while watchers begin at any time; each watcher that
    /// replays what it is told must end with what the server has, and must have been told it in order.
    @Test
    void what_a_watch_tells_adds_up_under_concurrent_writes() throws Exception {
        int writers = 4;
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> writing = new ArrayList<>();
            List<Future<Map<ObjectName, ObjectNode>>> watching = new ArrayList<>();
            for (int w = 0; w < writers; w++) {
                int writer = w;
                writing.add(pool.submit(() -> write(writer)));
                watching.add(pool.submit(this::replay));
            }
            for (Future<?> each : writing) {
                each.get();
            }
            api.create(Resource.CONFIG_MAPS, Objects.configMap("end", ""));
            Map<ObjectName, ObjectNode> expected = new HashMap<>();
            api.list(Resource.CONFIG_MAPS, Selection.ALL).items().forEach(o -> expected.put(ObjectName.of(o), o));
            for (Future<Map<ObjectName, ObjectNode>> each : watching) {
                assertThat(each.get()).isEqualTo(expected);
            }
        }
    }

    private void write(int writer) {
        for (int i = 0; i < 200; i++) {
            String name = "m" + (i + writer) % 5;
            ObjectName key = new ObjectName("default", name);
            try {
                switch ((i / 5 + writer) % 3) {
                    case 0 -> api.create(Resource.CONFIG_MAPS, Objects.configMap(name, writer + "-" + i));
                    case 1 ->
                        api.mergePatch(
                                Resource.CONFIG_MAPS, key, "", Objects.yaml("{data: {k: '" + writer + "-" + i + "'}}"));
                    default -> api.delete(Resource.CONFIG_MAPS, key, DeleteOptions.DEFAULT);
                }
            } catch (ApiException race) {
                assertThat(race.code()).isIn(404, 409);
            }
        }
    }

    private Map<ObjectName, ObjectNode> replay() throws InterruptedException {
        ObjectList list = api.list(Resource.CONFIG_MAPS, Selection.ALL);
        Map<ObjectName, ObjectNode> copy = new HashMap<>();
        list.items().forEach(o -> copy.put(ObjectName.of(o), o));
        long last = Long.parseLong(list.resourceVersion());
        try (Watch watch = api.watch(Resource.CONFIG_MAPS, Selection.ALL, list.resourceVersion())) {
            while (!copy.containsKey(new ObjectName("default", "end"))) {
                WatchEvent event = watch.next(PATIENCE).orElseThrow();
                ObjectName name = ObjectName.of(event.object());
                long revision =
                        Json.at(event.object(), "metadata.resourceVersion").asLong();
                assertThat(revision).isGreaterThan(last);
                last = revision;
                switch (event.type()) {
                    case ADDED -> assertThat(copy.put(name, event.object())).isNull();
                    case MODIFIED -> assertThat(copy.put(name, event.object())).isNotNull();
                    case DELETED -> assertThat(copy.remove(name)).isNotNull();
                    case BOOKMARK, ERROR -> throw new AssertionError(event);
                }
            }
        }
        return copy;
    }

    @Test
    void an_object_that_begins_or_ceases_to_fit_the_selection_comes_and_goes() throws Exception {
        String from = api.list(Resource.CONFIG_MAPS, Selection.ALL).resourceVersion();
        Selection selection = Selection.withLabels("default", "a=1");
        ObjectName name = new ObjectName("default", "m");
        try (Watch watch = api.watch(Resource.CONFIG_MAPS, selection, from)) {
            api.create(Resource.CONFIG_MAPS, Objects.configMap("m", "1"));
            api.mergePatch(Resource.CONFIG_MAPS, name, "", Objects.yaml("{metadata: {labels: {a: '1'}}}"));
            api.mergePatch(Resource.CONFIG_MAPS, name, "", Objects.yaml("{data: {k: '2'}}"));
            api.mergePatch(Resource.CONFIG_MAPS, name, "", Objects.yaml("{metadata: {labels: {a: '2'}}}"));
            api.delete(Resource.CONFIG_MAPS, name, DeleteOptions.DEFAULT);
            List<WatchEvent.Type> types = new ArrayList<>();
            for (Optional<WatchEvent> e = watch.next(Duration.ZERO); e.isPresent(); e = watch.next(Duration.ZERO)) {
                types.add(e.get().type());
            }
            assertThat(types).containsExactly(WatchEvent.Type.ADDED, WatchEvent.Type.MODIFIED, WatchEvent.Type.DELETED);
        }
    }

    @Test
    void who_lags_too_far_behind_is_told_to_begin_anew() throws Exception {
        try (TestServer small = new TestServer(folder.resolve("small"), 3)) {
            ObjectApi objects = small.objects();
            String from = objects.list(Resource.CONFIG_MAPS, Selection.ALL).resourceVersion();
            try (Watch watch = objects.watch(Resource.CONFIG_MAPS, Selection.ALL, from)) {
                for (int i = 0; i < 3; i++) {
                    objects.create(Resource.CONFIG_MAPS, Objects.configMap("m" + i, ""));
                }
                assertThat(watch.next(Duration.ZERO)).isPresent();
                assertThat(watch.next(Duration.ZERO)).isPresent();
                assertThat(watch.next(Duration.ZERO)).isPresent();
            }
            objects.create(Resource.CONFIG_MAPS, Objects.configMap("m3", ""));
            try (Watch late = objects.watch(Resource.CONFIG_MAPS, Selection.ALL, from)) {
                assertThatThrownBy(() -> late.next(Duration.ZERO))
                        .isInstanceOfSatisfying(
                                ApiException.class, e -> assertThat(e.code()).isEqualTo(410));
            }
        }
    }

    @Test
    void a_revision_of_another_server_is_refused() throws Exception {
        try (Watch watch = api.watch(Resource.PODS, Selection.ALL, "999999999999")) {
            assertThatThrownBy(() -> watch.next(Duration.ZERO)).hasMessageContaining("is of another server");
        }
    }

    @Test
    void a_closed_watch_wakes_who_waits() throws Exception {
        Watch watch = api.watch(Resource.PODS, Selection.ALL, "");
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> waiting = pool.submit(() -> watch.next(Duration.ofMinutes(5)));
            watch.close();
            assertThatThrownBy(waiting::get).hasCauseInstanceOf(IllegalStateException.class);
        }
    }
}
