package io.stentor.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.model.PodName;
import io.stentor.model.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SocketReachTest {
    private static final String UNIFIED = "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
    private static final String HYBRID = """
            30 20 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw
            31 30 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
            32 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            """;
    private static final String NESTED = "30 20 0:26 /machine.slice/node /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";

    @TempDir
    private Path root;

    private Path proc;
    private Path netns;

    @BeforeEach
    void host() throws IOException {
        proc = Files.createDirectories(root.resolve("proc"));
        netns = Files.createFile(root.resolve("netns"));
    }

    private void process(int id, String group, boolean inPod) throws IOException {
        Path process = Files.createDirectories(
                        proc.resolve(Integer.toString(id)).resolve("ns"))
                .getParent();
        String inode = inPod ? Files.getAttribute(netns, "unix:ino").toString() : "1";
        Files.createSymbolicLink(process.resolve("ns/net"), Path.of("net:[" + inode + "]"));
        Files.writeString(process.resolve("cgroup"), "3:memory:/elsewhere\n0::" + group + "\n");
    }

    private SocketReach.Found look(String mounts, String attached) throws IOException {
        Files.createDirectories(proc.resolve("thread-self"));
        Files.writeString(proc.resolve("thread-self/mountinfo"), mounts);
        return new SocketReach(proc)
                .look(Optional.of(Path.of(attached)), Map.of(netns, new PodName("default", "web", "u")));
    }

    private static String mounts(String layout) {
        return switch (layout) {
            case "unified" -> UNIFIED;
            case "hybrid" -> HYBRID;
            default -> NESTED;
        };
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            unified | /sys/fs/cgroup         | /kubepods/pod1           | true  | /sys/fs/cgroup, the root of cgroup2
            unified | /sys/fs/cgroup         | /                        | true  | /sys/fs/cgroup, the root of cgroup2
            unified | /sys/fs/cgroup         | /../kubepods/pod1        | false | /sys/fs/cgroup, the root of cgroup2
            unified | /sys/fs/cgroup/nodes/a | /nodes/a/pod1            | true  | /sys/fs/cgroup/nodes/a, group /nodes/a
            unified | /sys/fs/cgroup/nodes/a | /nodes/ab/pod1           | false | /sys/fs/cgroup/nodes/a, group /nodes/a
            hybrid  | /sys/fs/cgroup/unified | /kubepods/pod1           | true  | /sys/fs/cgroup/unified, the root of cgroup2, cgroup1 beside it
            nested  | /sys/fs/cgroup         | /machine.slice/node/pod1 | true  | /sys/fs/cgroup, group /machine.slice/node
            nested  | /sys/fs/cgroup/sub     | /machine.slice/node/pod1 | false | /sys/fs/cgroup/sub, group /machine.slice/node/sub
            nested  | /sys/fs/cgroup         | /kubepods/pod1           | false | /sys/fs/cgroup, group /machine.slice/node
            """)
    void pods_outside_of_the_group_are_named(String layout, String attached, String group, boolean seen, String place)
            throws IOException {
        process(10, group, true);
        process(11, "/somewhere/else", false);

        SocketReach.Found found = look(mounts(layout), attached);

        assertThat(found.place()).isEqualTo(place);
        if (seen) {
            assertThat(found.problems()).isEmpty();
        } else {
            assertThat(found.problems()).extracting(Problem::object).containsExactly("pod default/web");
        }
    }

    @Test
    void a_host_without_cgroup2_and_a_wrong_place_are_told() throws IOException {
        assertThat(new SocketReach(proc).look(Optional.empty(), Map.of()).problems())
                .extracting(Problem::field)
                .containsExactly("cgroup2");
        assertThat(look(HYBRID, "/sys/fs/cgroup/memory").problems())
                .extracting(Problem::field)
                .containsExactly("cgroup-root");
    }
}
