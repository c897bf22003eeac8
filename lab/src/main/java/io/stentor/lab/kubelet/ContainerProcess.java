package io.stentor.lab.kubelet;

import io.stentor.lab.topology.Cgroup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// One instance of a container: a process in the pod's network, with mounts and a cgroup of its own.
///
/// The command of [Process] becomes the container's first process by a chain of `exec`, so its pid and exit code are
/// the container's.
final class ContainerProcess {

    private static final Duration KILL_PATIENCE = Duration.ofSeconds(10);

    /// Arguments: host name or "", the pod's folder or "", `/sys` to be mounted anew or "", working directory, how
    /// many volumes, of each its files and its place, then `env -i`'s. Volumes are copied, for what is below `/run`
    /// may not be executed on every machine.
    private static final String FURNISH = """
            set -e
            [ -z "$1" ] || hostname "$1"
            if [ -n "$2" ]; then
              mount --bind "$2/hosts" /etc/hosts
              [ ! -e /etc/resolv.conf ] || mount --bind "$2/resolv.conf" /etc/resolv.conf
            fi
            [ -z "$3" ] || mount -t sysfs sysfs /sys
            folder=$4 volumes=$5
            shift 5
            while [ "$volumes" -gt 0 ]; do
              mkdir -p "$2"
              mount -t tmpfs -o mode=0755 tmpfs "$2"
              cp -a "$1/." "$2"
              shift 2
              volumes=$((volumes - 1))
            done
            cd "$folder"
            exec env -i "$@"
            """;

    private final Process process;
    private final Thread pump;
    private final Cgroup cgroup;

    private ContainerProcess(Process process, Thread pump, Cgroup cgroup) {
        this.process = process;
        this.pump = pump;
        this.cgroup = cgroup;
    }

    static ContainerProcess start(PodContext pod, String container, Launch launch, Path log) throws IOException {
        String group = pod.cgroup() + "/" + container;
        Cgroup cgroup = pod.node().space().cgroup().child(group).create();
        boolean shared = pod.sandbox().hostNetwork();
        List<String> inner = new ArrayList<>();
        if (!shared) {
            inner.addAll(List.of("nsenter", "--net=" + pod.sandbox().netnsPath(), "--"));
        }
        inner.addAll(List.of("unshare", "--mount", "--uts", "--propagation=private", "sh", "-c", FURNISH, "sh"));
        inner.add(shared ? "" : Launch.hostname(pod.pod()));
        inner.add(pod.folderInside().toString());
        inner.add(shared ? "" : "sysfs");
        inner.add(launch.folder());
        inner.add(Integer.toString(launch.mounts().size()));
        launch.mounts()
                .forEach(mount -> inner.addAll(List.of(
                        pod.folderInside().resolve("volumes/" + mount.volume()).toString(), mount.target())));
        launch.environment().forEach((name, value) -> inner.add(name + "=" + value));
        inner.addAll(launch.command());
        List<String> command = shared
                ? pod.node().space().enter(group, inner)
                : pod.node().space().enterMounts(group, inner);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        return new ContainerProcess(process, ContainerLog.pump(process.getInputStream(), log), cgroup);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// Waits until the container's first process has ended, then ends whatever it left behind.
    ///
    /// @return its exit code, 128 + the signal's number when a signal ended it
    int await() throws InterruptedException {
        int exit = process.waitFor();
        cgroup.kill(KILL_PATIENCE);
        pump.join(KILL_PATIENCE);
        return exit;
    }

    /// SIGTERM to the first process.
    void terminate() {
        process.destroy();
    }

    /// SIGKILL to all.
    void kill() throws InterruptedException {
        cgroup.kill(KILL_PATIENCE);
    }

    /// The command that enters this container, to be followed by what is to be run in it.
    List<String> enter(String folder) {
        return List.of(
                "sh",
                "-c",
                "echo 0 > \"$1\" && shift && exec \"$@\"",
                "sh",
                cgroup.procs().toString(),
                "nsenter",
                "--target",
                Long.toString(process.pid()),
                "--mount",
                "--uts",
                "--net",
                "--cgroup",
                "--",
                "sh",
                "-c",
                "cd \"$1\"; shift; exec \"$@\"",
                "sh",
                folder);
    }
}
