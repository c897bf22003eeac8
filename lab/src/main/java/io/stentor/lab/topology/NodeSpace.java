package io.stentor.lab.topology;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The inside of a host of the lab: its namespaces and its cgroup, and how a process gets there.
///
/// A node has its own network, mounts, host name and cgroup root. Its `/run` is a directory of the lab, `/sys` shows
/// its own links, `/sys/fs/cgroup` its own cgroups, `/sys/fs/bpf` its own pins; the rest of the file system is the
/// machine's.
///
/// @param netns  name of the network namespace
/// @param folder where the lab keeps the host's files, [#run] among them
/// @param cgroup of everything that runs here, as the machine sees it
public record NodeSpace(String netns, Path folder, Cgroup cgroup) {

    /// Moves itself into the cgroup `$1`, then becomes the rest of its arguments.
    private static final String ENTER = "echo 0 > \"$1/cgroup.procs\" && shift && exec \"$@\"";

    /// Where a node's agent finds what Kubernetes nodes keep in `/etc` and `/opt`, as seen on the node.
    public static final Path INSIDE = Path.of("/run/stentor-node");

    /// The file of the network namespace.
    public Path netnsFile() {
        return Path.of("/run/netns", netns);
    }

    /// The directory that is the node's `/run`.
    public Path run() {
        return folder.resolve("run");
    }

    /// What the node sees as a path below `/run`, as the machine sees it.
    public Path outside(Path inside) {
        return run().resolve(Path.of("/run").relativize(inside));
    }

    Path file(String kind) {
        return folder.resolve("ns").resolve(kind);
    }

    /// The command, to be run inside all of the node's namespaces.
    ///
    /// @param group name of a cgroup below the node's, made before; "" for the node's own
    public List<String> enter(String group, List<String> command) {
        return entering(group, true, command);
    }

    /// The command, to be run inside the node's mounts, name and cgroup, but in the machine's network: what is to
    /// enter a pod's network namespace starts so.
    public List<String> enterMounts(String group, List<String> command) {
        return entering(group, false, command);
    }

    private List<String> entering(String group, boolean network, List<String> command) {
        Path procs = group.isEmpty() ? cgroup.path() : cgroup.path().resolve(group);
        List<String> all = new ArrayList<>(List.of("sh", "-c", ENTER, "sh", procs.toString(), "nsenter"));
        if (network) {
            all.add("--net=" + netnsFile());
        }
        all.add("--mount=" + file("mnt"));
        all.add("--uts=" + file("uts"));
        all.add("--cgroup=" + file("cgroup"));
        all.add("--");
        all.addAll(command);
        return all;
    }

    /// The command, to be run in the network namespace alone.
    public List<String> enterNetwork(List<String> command) {
        List<String> all = new ArrayList<>(List.of("nsenter", "--net=" + netnsFile(), "--"));
        all.addAll(command);
        return all;
    }
}
