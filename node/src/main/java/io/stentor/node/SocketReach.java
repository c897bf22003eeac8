package io.stentor.node;

import io.stentor.model.PodName;
import io.stentor.model.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Whose sockets the programs at a group of the cgroup2 hierarchy see: of the processes in it and beneath. A process
/// elsewhere connects to a Service's address as if it were anybody's.
///
/// Sources: cgroups(7), "cgroups version 2" and `/proc/PID/cgroup`; cgroup_namespaces(7) for paths that lead up
/// (`/..`).
final class SocketReach {
    private static final System.Logger LOG = System.getLogger("host");

    private final Path proc;

    /// @param proc `/proc`
    SocketReach(Path proc) {
        this.proc = proc;
    }

    /// @param place    for people: where the programs are
    /// @param problems pods that they do not see
    record Found(String place, List<Problem> problems) {}

    /// A group, as processes name theirs.
    private record Group(String path, boolean beside) {
        boolean has(String group) {
            return path.equals("/") ? !group.startsWith("/..") : group.equals(path) || group.startsWith(path + "/");
        }
    }

    /// Looks at the mounts and processes of the host that the calling thread is on.
    ///
    /// @param directory of the group; empty if there is no cgroup2
    /// @param pods      by the files of their network namespaces
    Found look(Optional<Path> directory, Map<Path, PodName> pods) {
        if (directory.isEmpty()) {
            return new Found(
                    "nowhere",
                    List.of(new Problem(
                            "host",
                            "cgroup2",
                            "is not mounted: connections of this node's processes and pods are translated packet by"
                                    + " packet or not at all. Mount it ('mount -t cgroup2 none"
                                    + " /sys/fs/cgroup/unified') and restart the agent")));
        }
        Path at = directory.get();
        Optional<Group> group = group(at);
        if (group.isEmpty()) {
            return new Found(
                    at.toString(),
                    List.of(new Problem(
                            "configuration", "cgroup-root", at + " is not in a cgroup2 file system: leave it empty")));
        }
        String place = at
                + (group.get().path.equals("/") ? ", the root of cgroup2" : ", group " + group.get().path)
                + (group.get().beside ? ", cgroup1 beside it" : "");
        List<Problem> problems = new ArrayList<>();
        for (String pod : outside(group.get(), pods)) {
            problems.add(new Problem(
                    "pod " + pod,
                    "",
                    "has processes outside of the cgroup " + at + ", which the programs at sockets do not see: they"
                            + " reach no Service. Set cgroup-root to a mount of the whole cgroup2 hierarchy"));
        }
        return new Found(place, List.copyOf(problems));
    }

    private Optional<Group> group(Path directory) {
        String best = null;
        int depth = -1;
        boolean beside = false;
        for (String line : lines(proc.resolve("thread-self/mountinfo"))) {
            // "36 35 98:0 /root /where options - type source options", spaces written as \040
            String[] halves = line.split(" - ", 2);
            String[] fields = halves[0].split(" ", -1);
            if (halves.length < 2 || fields.length < 5) {
                continue;
            }
            beside |= halves[1].startsWith("cgroup ");
            Path where = Path.of(fields[4].replace("\\040", " "));
            // What was mounted later at the same place is what is seen there.
            if (halves[1].startsWith("cgroup2 ") && directory.startsWith(where) && where.getNameCount() >= depth) {
                depth = where.getNameCount();
                String below = where.relativize(directory).toString();
                String root = fields[3].equals("/") ? "" : fields[3].replace("\\040", " ");
                best = below.isEmpty() ? (root.isEmpty() ? "/" : root) : root + "/" + below;
            }
        }
        return best == null ? Optional.empty() : Optional.of(new Group(best, beside));
    }

    /// @return names of pods that have a process outside of the group
    private Set<String> outside(Group group, Map<Path, PodName> pods) {
        Map<String, PodName> byNamespace = new HashMap<>();
        pods.forEach((netns, pod) -> {
            try {
                byNamespace.put("net:[" + Files.getAttribute(netns, "unix:ino") + "]", pod);
            } catch (IOException gone) {
                LOG.log(System.Logger.Level.DEBUG, "{0}", gone.toString());
            }
        });
        Set<String> outside = new TreeSet<>();
        if (byNamespace.isEmpty()) {
            return outside;
        }
        try (Stream<Path> all = Files.list(proc)) {
            all.filter(path -> path.getFileName().toString().matches("[0-9]+")).forEach(process -> {
                try {
                    PodName pod = byNamespace.get(
                            Files.readSymbolicLink(process.resolve("ns/net")).toString());
                    if (pod != null
                            && !lines(process.resolve("cgroup")).stream()
                                    .allMatch(line -> !line.startsWith("0::") || group.has(line.substring(3)))) {
                        outside.add(pod.toString());
                    }
                } catch (IOException ended) {
                    LOG.log(System.Logger.Level.TRACE, "{0}", ended.toString());
                }
            });
        } catch (IOException hidden) {
            LOG.log(System.Logger.Level.DEBUG, "processes are not visible: {0}", hidden.toString());
        }
        return outside;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException ended) {
            return List.of();
        }
    }
}
