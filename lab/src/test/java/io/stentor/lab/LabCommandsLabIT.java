package io.stentor.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.lab.topology.Cgroup;
import io.stentor.lab.topology.Removal;
import io.stentor.lab.topology.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The lab's commands as a person types them; without agents, so that only the lab itself is tried.
class LabCommandsLabIT {

    private static final String NAME = "commands-it";
    private static final String NETWORK =
            "{\"cniVersion\": \"1.0.0\", \"name\": \"none\", \"plugins\": [{\"type\": \"none\"}]}";

    private final LabDirectory directory = LabDirectory.of(NAME);

    private static List<String> lab(String... arguments) {
        return Installation.find().command("lab", LabMain.class.getName(), List.of(arguments));
    }

    private static Shell.Result run(String... arguments) {
        return Shell.attempt(lab(arguments), "");
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.sleep(20);
        }
    }

    /// Starts a lab and gives it a network configuration, which is all that its nodes wait for. It hears Ctrl-C even
    /// where the tests themselves are deaf to it, as in the background of a shell.
    private Process up(String... more) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("up", "--name", NAME, "--nodes", "2", "--without-agents"));
        arguments.addAll(List.of(more));
        for (String node : List.of("node-1", "node-2")) {
            // What an earlier lab left must not be taken for this one's.
            Path network = directory.node(node).resolve("run/stentor-node/net.d");
            Files.deleteIfExists(network.resolve("10-none.conflist"));
            Files.deleteIfExists(network);
        }
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
        command.addAll(lab(arguments.toArray(String[]::new)));
        Process up = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        for (String node : List.of("node-1", "node-2")) {
            Path inside = directory.node(node).resolve("run/stentor-node");
            await("a node's files", () -> Files.isDirectory(inside.resolve("net.d")));
            Files.writeString(inside.resolve("net.d/10-none.conflist"), NETWORK);
        }
        return up;
    }

    @AfterEach
    void down() {
        assertThat(run("down", "--name", NAME).exit()).isZero();
        assertThat(directory.path()).doesNotExist();
        assertThat(Removal.namespacesOf(NAME)).isEmpty();
        assertThat(Cgroup.ofLab(NAME).path()).doesNotExist();
    }

    @Test
    void a_detached_lab_stays_until_it_is_taken_down_even_when_its_daemon_was_killed() throws Exception {
        assertThat(up("--detach").waitFor()).isZero();
        assertThat(run("status", "--name", NAME, "-o", "json").out())
                .contains("\"name\" : \"node-2\"", "\"addresses\" : [ \"192.168.60.12\" ]", "\"ready\" : true");
        assertThat(run("up", "--name", NAME, "--nodes", "3", "--without-agents", "--detach"))
                .isEqualTo(new Shell.Result(
                        1,
                        "",
                        "A lab 'commands-it' of another shape is running; 'stentor lab down --name commands-it' takes"
                                + " it down, or give this one another --name.\n"));
        assertThat(run("node-exec", "--name", NAME, "node-2", "--", "sh", "-c", "hostname; exit 7"))
                .isEqualTo(new Shell.Result(7, "node-2\n", ""));
        assertThat(run("stop", "--name", NAME, "node-2").exit()).isZero();
        assertThat(run("node-exec", "--name", NAME, "node-2", "--", "true").exit())
                .isEqualTo(3);
        assertThat(run("start", "--name", NAME, "node-2").exit()).isZero();
        assertThat(run("node-exec", "--name", NAME, "node-2", "--", "ping", "-c1", "-W2", "node-1")
                        .exit())
                .isZero();

        Cgroup daemon = Cgroup.ofLab(NAME).child("daemon");
        for (String pid : Files.readAllLines(daemon.procs())) {
            ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
        }
        await("the daemon's end", () -> !daemon.populated());
        assertThat(run("status", "--name", NAME).exit()).isEqualTo(3);
        assertThat(up("--detach").waitFor()).isZero();
        assertThat(run("status", "--name", NAME).exit()).isZero();
    }

    @Test
    void ctrl_c_takes_down_a_lab_in_the_foreground() throws Exception {
        Process up = up();
        await("readiness", () -> run("status", "--name", NAME).exit() == 0);
        Shell.run("kill", "-INT", Long.toString(up.pid()));
        up.waitFor();
        assertThat(directory.path()).doesNotExist();
        assertThat(Cgroup.ofLab(NAME).path()).doesNotExist();
    }

    @Test
    void what_makes_no_sense_is_refused_before_anything_is_made() {
        assertThat(run("up", "--name", NAME, "--nodes", "101").exit()).isEqualTo(2);
        assertThat(run("up", "--name", NAME, "--routing", "magic").exit()).isEqualTo(2);
        assertThat(run("up", "--name", NAME, "--set", "routingMod=native"))
                .matches(r -> r.exit() == 2 && r.err().contains("did you mean routingMode?"));
        assertThat(run("status", "--name", NAME))
                .isEqualTo(new Shell.Result(
                        3,
                        "",
                        "The lab 'commands-it' is not running; 'stentor lab up --name commands-it' starts it.\n"));
        assertThat(directory.path()).doesNotExist();
    }
}
