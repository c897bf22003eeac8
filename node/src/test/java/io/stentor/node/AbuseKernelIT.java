package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.kernel.net.Link;
import io.stentor.model.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A node whose disk, runtime or pods do what they should not.
class AbuseKernelIT extends PluggedNode {
    private static final boolean FULL = "full".equals(System.getProperty("stentor.matrix"));
    private static final int LIVES = FULL ? 10_000 : 200;
    private static final int AT_ONCE = 8;

    private @Nullable Path mounted;

    /// The state directory on a file system of its own, of 64 KiB.
    private Path smallDisk() throws IOException {
        Path state = Files.createDirectories(directory.resolve("state"));
        bench.must(bench.host, "mount -t tmpfs -o size=64k tmpfs " + state);
        mounted = state;
        return state;
    }

    @AfterEach
    void unmount() throws IOException {
        if (mounted != null) {
            // The agent that has files there is closed after this.
            bench.must(bench.host, "umount -l " + mounted);
        }
    }

    private List<String> links() {
        return bench.net.links().stream()
                .filter(PodLinks::isOurs)
                .map(Link::name)
                .toList();
    }

    private long records() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("state/endpoints"))) {
            return files.filter(file -> file.toString().endsWith(".json")).count();
        }
    }

    private static long descriptors() {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assertPlugged(int pods) throws IOException {
        assertThat(store.current().endpoints().size()).isEqualTo(pods);
        assertThat(links()).hasSize(pods);
        assertThat(records()).isEqualTo(pods);
    }

    private void assertRefused(JsonNode answer, String reason) {
        assertThat(answer.path("code").asInt()).isEqualTo(CniError.IO_FAILURE);
        assertThat(answer.path("msg").asText()).isEqualTo("the endpoint cannot be recorded");
        assertThat(answer.path("details").asText()).contains(reason);
    }

    @Test
    void a_full_disk_takes_no_new_pod_keeps_the_old_ones_and_lets_them_go() throws Exception {
        Path state = smallDisk();
        NodeServices first = agent(settings(true));
        listen(first);
        Path stays = bench.namespace();
        cni("ADD", "stays", stays, 0);
        cni("ADD", "goes", bench.namespace(), 0);
        bench.run(bench.host, "head -c 1M /dev/zero >" + state + "/ballast");

        Path late = bench.namespace();
        assertRefused(cni("ADD", "late", late, 1), "No space left on device");
        assertPlugged(2);
        cni("CHECK", "stays", stays, 0);
        cni("DEL", "goes", bench.host, 0);
        assertPlugged(1);

        bench.run(bench.host, "head -c 1M /dev/zero >>" + state + "/ballast");
        first.close();
        toClose.removeLast().close();
        listen(agent(settings(true)));
        assertPlugged(1);
        cni("CHECK", "stays", stays, 0);

        Files.delete(state.resolve("ballast"));
        cni("ADD", "late", late, 0);
        assertPlugged(2);
    }

    @Test
    void a_read_only_disk_refuses_what_it_cannot_remember_and_what_was_asked_again_happens() throws Exception {
        Path state = smallDisk();
        listen(agent(settings(true)));
        Path stays = bench.namespace();
        cni("ADD", "stays", stays, 0);
        // Over it, for it has files open for writing.
        bench.must(bench.host, "mount --bind " + state + " " + state + " && mount -o remount,bind,ro " + state);

        Path late = bench.namespace();
        assertRefused(cni("ADD", "late", late, 1), "Read-only file system");
        assertPlugged(1);
        cni("CHECK", "stays", stays, 0);
        JsonNode refused = cni("DEL", "stays", bench.host, 1);
        assertThat(refused.path("msg").asText()).isEqualTo("the endpoint cannot be removed");
        assertThat(refused.path("details").asText()).contains("Read-only file system");

        bench.must(bench.host, "umount " + state);
        cni("DEL", "stays", bench.host, 0);
        cni("ADD", "late", late, 0);
        assertPlugged(1);
    }

    @Test
    void one_container_that_is_plugged_in_and_out_by_many_at_once_is_there_wholly_or_not_at_all() throws Exception {
        listen(agent(settings(true)));
        Path pod = bench.namespace();
        Map<String, String> contested = Map.of("CNI_CONTAINERID", "contested", "CNI_NETNS", pod.toString());
        for (int round = 0; round < 3; round++) {
            List<Callable<Command>> requests = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                String command = i % 2 == 0 ? "ADD" : "DEL";
                requests.add(() -> attempt(command, contested, ""));
            }
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<Command> each : threads.invokeAll(requests)) {
                    Command done = each.get();
                    assertThat(done.exitCode() == 0 || done.output().contains("DEL comes first"))
                            .as(done.output())
                            .isTrue();
                }
            }
            int left = store.current().endpoints().size();
            assertThat(left).isLessThanOrEqualTo(1);
            assertPlugged(left);
            if (left == 1) {
                cni("CHECK", "contested", pod, 0);
            }
            cni("DEL", "contested", pod, 0);
            assertPlugged(0);
        }
        cni("ADD", "contested", pod, 0);
        assertPlugged(1);
    }

    /// A runtime gives each sandbox of the pod another name, and a new one may come before the old one has gone.
    @Test
    void a_pod_of_one_name_that_comes_and_goes_for_ever_leaves_nothing() throws Exception {
        listen(agent(settings(true)));
        store.commit(state -> state.with(
                Table.NODES, NetworkFacts.node("a", List.of("192.168.1.1"), List.of("10.0.4.0/24", "fd00:4::/112"))));
        List<Path> pods = Stream.generate(bench::namespace).limit(AT_ONCE).toList();
        live(pods, 1);
        long before = descriptors();

        live(pods, LIVES / AT_ONCE);

        assertPlugged(0);
        // the last conversations' ends are closed after they were answered, also of those that were counted before
        pause(() -> descriptors() <= before);
        assertThat(descriptors()).isLessThanOrEqualTo(before);
        assertThat(store.current().problems()).isEmpty();
    }

    private void live(List<Path> pods, int lives) throws Exception {
        List<Callable<Void>> lanes = new ArrayList<>();
        for (int lane = 0; lane < pods.size(); lane++) {
            Path pod = pods.get(lane);
            String container = "lane" + lane + "-";
            lanes.add(() -> {
                for (int life = 0; life < lives; life++) {
                    cni("ADD", container + life, pod, 0);
                    cni("DEL", container + life, pod, 0);
                }
                return null;
            });
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Void> each : threads.invokeAll(lanes)) {
                each.get();
            }
        }
    }
}
