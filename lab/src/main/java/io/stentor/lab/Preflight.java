package io.stentor.lab;

import io.stentor.lab.topology.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// What must be there before anything is changed.
final class Preflight {

    private static final List<String> PROGRAMS =
            List.of("ip", "nsenter", "unshare", "mount", "umount", "nft", "iptables");

    private Preflight() {}

    /// @throws LabFailure with one sentence that says what is missing and what to do
    static void check() {
        root();
        if (!Files.isDirectory(Path.of("/sys/fs/bpf"))) {
            throw new LabFailure(
                    "This kernel has no eBPF file system (/sys/fs/bpf is missing): a lab needs a kernel with"
                            + " CONFIG_BPF_SYSCALL, 5.10 or newer.");
        }
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

    /// Every command of the lab enters namespaces or reads root's files.
    static void root() {
        if (!"root".equals(System.getProperty("user.name"))) {
            throw new LabFailure("A lab makes network namespaces and loads eBPF programs, which needs root: try sudo.");
        }
    }
}
