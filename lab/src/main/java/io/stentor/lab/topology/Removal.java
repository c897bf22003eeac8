package io.stentor.lab.topology;

import io.stentor.lab.LabDirectory;
import io.stentor.lab.LabFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Takes labs away: their processes, mounts, namespaces, cgroups, files, in this order. It needs nobody's help and
/// relies on nothing but names, so it works after a SIGKILL of everything, and again after itself.
public final class Removal {

    private static final Duration KILL_PATIENCE = Duration.ofSeconds(20);

    private Removal() {}

    /// Makes the directory of all labs a private mount, where files of mount namespaces can be kept.
    public static void prepare() {
        try {
            Files.createDirectories(LabDirectory.ALL);
            Files.setPosixFilePermissions(LabDirectory.ALL, PosixFilePermissions.fromString("rwx------"));
            if (!Mounts.read().contains(LabDirectory.ALL)) {
                Shell.run("mount", "--bind", LabDirectory.ALL.toString(), LabDirectory.ALL.toString());
                Shell.run("mount", "--make-private", LabDirectory.ALL.toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Takes one lab away.
    ///
    /// @param namespaces the lab's network namespaces; those that are not there do not matter
    public static void remove(LabDirectory directory, List<String> namespaces) throws InterruptedException {
        Cgroup cgroup = Cgroup.ofLab(directory.name());
        if (!cgroup.kill(KILL_PATIENCE)) {
            throw new LabFailure("Processes of the lab '" + directory.name() + "' do not end; see " + cgroup.path()
                    + "/*/cgroup.procs.");
        }
        unmount(Mounts.below(directory.path()));
        removeNamespaces(namespaces);
        cgroup.remove();
        deleteTree(directory.path());
    }

    /// Takes away what all labs share, if no lab is left. One may be left that is not to be seen from here, where /run
    /// is another than the machine's: its cgroup is.
    public static void finish() {
        if (!LabDirectory.names().isEmpty()) {
            return;
        }
        if (Mounts.read().contains(LabDirectory.ALL)) {
            unmount(List.of(LabDirectory.ALL));
        }
        deleteTree(LabDirectory.ALL);
        if (Cgroup.ofLabs().children().isEmpty()) {
            Cgroup.ofLabs().remove();
        }
    }

    /// Every lab that left a directory or a cgroup.
    public static List<String> labs() {
        return Stream.concat(LabDirectory.names().stream(), Cgroup.ofLabs().children().stream())
                .distinct()
                .sorted()
                .toList();
    }

    /// The network namespaces of one lab, by their names: those of `a-b` are none of `a`.
    public static List<String> namespacesOf(String lab) {
        Pattern own = Pattern.compile(Pattern.quote("stl-" + lab + "-") + "(fabric|outside|node-[0-9]+)");
        return namespaces("stl-" + lab + "-").stream()
                .filter(own.asMatchPredicate())
                .toList();
    }

    /// The network namespaces whose names begin so.
    public static List<String> namespaces(String prefix) {
        Path folder = Path.of("/run/netns");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(prefix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Takes network namespaces away; those that are not there do not matter.
    public static void removeNamespaces(List<String> names) {
        String lines = names.stream()
                .filter(name -> Files.exists(Path.of("/run/netns", name)))
                .map(name -> "netns delete " + name + "\n")
                .collect(Collectors.joining());
        if (!lines.isEmpty()) {
            Shell.run(List.of("ip", "-batch", "-"), lines);
        }
    }

    /// Lets go of a host's namespaces; they end with the last process in them.
    static void leave(NodeSpace space) {
        unmount(Mounts.below(space.folder()));
        removeNamespaces(List.of(space.netns()));
    }

    private static void unmount(List<Path> mounts) {
        if (!mounts.isEmpty()) {
            List<String> command = new ArrayList<>(List.of("umount", "--lazy"));
            mounts.forEach(mount -> command.add(mount.toString()));
            Shell.run(command, "");
        }
    }

    /// Deletes files and folders; never follows a link, never crosses into another file system's mount, since all
    /// mounts below have been taken away before.
    static void deleteTree(Path path) {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(path)) {
            for (Path file : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new LabFailure("'" + path + "' cannot be removed: " + e.getMessage());
        }
    }
}
