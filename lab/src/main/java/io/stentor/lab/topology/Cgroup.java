package io.stentor.lab.topology;

import io.stentor.lab.LabFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// A group of processes in the cgroup2 hierarchy, by the path of its directory.
///
/// The lab uses groups to know and to end what runs on a node, and socket programs are attached to them; it sets no
/// limits, since the hierarchy has no controllers where cgroup1 owns them.
public record Cgroup(Path path) {
    private static final Duration REMOVAL = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(5);

    /// Where cgroup2 is mounted: `/sys/fs/cgroup`, `/sys/fs/cgroup/unified` or wherever.
    ///
    /// @throws LabFailure when it is not
    public static Cgroup root() {
        try {
            return new Cgroup(
                    mountPoint(Files.readAllLines(Path.of("/proc/mounts")))
                            .orElseThrow(
                                    () -> new LabFailure(
                                            "No cgroup2 file system is mounted; 'mount -t cgroup2 cgroup2 /sys/fs/cgroup' mounts it.")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Optional<Path> mountPoint(List<String> mounts) {
        return mounts.stream()
                .map(line -> line.split(" ", -1))
                .filter(fields -> fields.length > 2 && fields[2].equals("cgroup2"))
                .map(fields -> Path.of(fields[1].replace("\\040", " ")))
                .findFirst();
    }

    /// The group of everything that belongs to a lab.
    public static Cgroup ofLab(String lab) {
        return ofLabs().child(lab);
    }

    /// The parent of all labs' groups.
    public static Cgroup ofLabs() {
        return root().child("stentor-lab");
    }

    public Cgroup child(String name) {
        return new Cgroup(path.resolve(name));
    }

    /// The names of the groups right below; none when there is no such group.
    List<String> children() {
        if (!exists()) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.filter(Files::isDirectory)
                    .map(entry -> entry.getFileName().toString())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Makes the group and those above it.
    public Cgroup create() {
        try {
            Files.createDirectories(path);
            return this;
        } catch (IOException e) {
            throw new LabFailure("The cgroup '" + path + "' cannot be made: " + e.getMessage());
        }
    }

    /// The file that processes enter the group by.
    public Path procs() {
        return path.resolve("cgroup.procs");
    }

    public boolean exists() {
        return Files.isDirectory(path);
    }

    /// Sends SIGKILL to every process in the group and the groups below, and waits until they are gone.
    ///
    /// @return whether they are
    public boolean kill(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (exists() && populated()) {
            signalAll();
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            Thread.sleep(5);
        }
        return true;
    }

    /// Removes the group and those below. Who slips in meanwhile is killed.
    public void remove() {
        long deadline = System.nanoTime() + REMOVAL.toNanos();
        while (exists()) {
            try {
                for (Cgroup group : below()) {
                    Files.deleteIfExists(group.path());
                }
            } catch (IOException busy) {
                if (System.nanoTime() - deadline > 0) {
                    throw new LabFailure("The cgroup '" + path + "' cannot be removed: " + busy.getMessage());
                }
                signalAll();
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    private void signalAll() {
        Path kill = path.resolve("cgroup.kill");
        try {
            if (Files.exists(kill)) {
                Files.writeString(kill, "1");
                return;
            }
            // Kernels before 5.14.
            for (Cgroup group : below()) {
                for (String pid : Files.readAllLines(group.procs())) {
                    ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
                }
            }
        } catch (IOException gone) {
            // The group went while it was being emptied.
        }
    }

    /// Whether any process is in the group or below it.
    public boolean populated() {
        try {
            return Files.readString(path.resolve("cgroup.events")).contains("populated 1");
        } catch (IOException gone) {
            return false;
        }
    }

    /// This group and those below, the deepest first.
    private List<Cgroup> below() {
        try (Stream<Path> tree = Files.walk(path)) {
            return tree.filter(Files::isDirectory)
                    .sorted(Comparator.comparingInt(Path::getNameCount).reversed())
                    .map(Cgroup::new)
                    .toList();
        } catch (IOException | UncheckedIOException gone) {
            return List.of();
        }
    }
}
