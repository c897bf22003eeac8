package io.stentor.lab;

import io.stentor.lab.topology.Cgroup;
import io.stentor.lab.topology.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// What must be there before anything is changed.
final class Preflight {

    private static final List<String> PROGRAMS =
            List.of("ip", "nsenter", "unshare", "mount", "umount", "nft", "iptables");

    /// CAP_NET_ADMIN and CAP_SYS_ADMIN, by their numbers in linux/capability.h.
    private static final long NEEDED = 1L << 12 | 1L << 21;

    private Preflight() {}

    /// @throws LabFailure with one sentence that says what is missing and what to do
    static void check() {
        root();
        capabilities();
        if (!Files.isDirectory(Path.of("/sys/fs/bpf"))) {
            throw new LabFailure(
                    "This kernel has no eBPF file system (/sys/fs/bpf is missing): a lab needs a kernel with"
                            + " CONFIG_BPF_SYSCALL, 5.10 or newer.");
        }
        Cgroup.root();
        List<String> missing =
                PROGRAMS.stream().filter(program -> !Shell.has(program)).toList();
        if (!missing.isEmpty()) {
            throw new LabFailure(
                    LabFailure.FAILED,
                    missing.stream().collect(Collectors.joining(", ", "A lab needs ", ""))
                            + ": 'make deps' installs what is missing (packages iproute2, util-linux, mount, nftables,"
                            + " iptables).");
        }
    }

    /// Root in a container often may not do what root may do.
    private static void capabilities() {
        try {
            long held = Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("CapEff:"))
                    .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                    .findFirst()
                    .orElse(0);
            if ((held & NEEDED) != NEEDED) {
                throw new LabFailure(
                        "A lab mounts file systems, makes network namespaces and loads eBPF programs, which"
                                + " this root may not do: it needs CAP_SYS_ADMIN and CAP_NET_ADMIN (a privileged container).");
            }
        } catch (IOException e) {
            throw new LabFailure("/proc/self/status cannot be read: " + e.getMessage());
        }
    }

    /// Every command of the lab enters namespaces or reads root's files.
    static void root() {
        if (!"root".equals(System.getProperty("user.name"))) {
            throw new LabFailure("A lab makes network namespaces and loads eBPF programs, which needs root: try sudo.");
        }
    }
}
