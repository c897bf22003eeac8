package io.stentor.node.doctor;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.Feature;
import io.stentor.node.KernelNeeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The kernel: how old, what it was built with, what is mounted.
final class KernelChecks {
    private static final int CAP_SYS_RESOURCE = 24;

    private final Kernel kernel;
    private final Tree files;

    KernelChecks(Kernel kernel, Tree files) {
        this.kernel = kernel;
        this.files = files;
    }

    List<Finding> run(Path bpfRoot, boolean tunnel) {
        List<Finding> findings = new ArrayList<>();
        findings.add(version());
        findings.addAll(features(tunnel));
        findings.add(
                kernel.mounts().isBpffs(bpfRoot)
                        ? Finding.ok("bpf file system", bpfRoot.toString())
                        : Finding.fine("bpf file system", "not mounted at " + bpfRoot, "the agent mounts it"));
        findings.add(kernel.mounts()
                .cgroup2()
                .map(mount -> Finding.ok("cgroup2", mount.toString()))
                .orElseGet(() -> Finding.warning(
                        "cgroup2",
                        "not mounted",
                        "programs at sockets, which services need, have no place",
                        "mount it: 'mount -t cgroup2 none /sys/fs/cgroup/unified', or boot with systemd")));
        findings.add(memory());
        findings.add(clock());
        return findings;
    }

    private Finding version() {
        return kernel.version().compareTo(KernelNeeds.OLDEST) < 0
                ? Finding.error(
                        "kernel",
                        kernel.version().toString(),
                        "the programs need " + KernelNeeds.OLDEST + " or newer",
                        "install a newer kernel")
                : Finding.ok("kernel", kernel.version().toString());
    }

    private List<Finding> features(boolean tunnel) {
        List<Finding> findings = new ArrayList<>();
        List<String> without = new ArrayList<>();
        try {
            List<Feature> needed = KernelNeeds.features(tunnel);
            for (Feature feature : Feature.values()) {
                if (kernel.bpf().has(feature)) {
                    continue;
                }
                if (needed.contains(feature)) {
                    findings.add(Finding.error(
                            "kernel feature",
                            "no " + feature,
                            "the agent does not start without it",
                            feature == Feature.VXLAN
                                    ? "use a kernel with " + feature.since() + ", or routing-mode=native"
                                    : "use a kernel with " + feature.since()));
                } else {
                    without.add(feature + " (" + feature.since() + ")");
                }
            }
        } catch (KernelException refused) {
            return List.of(Finding.error(
                    "kernel feature",
                    refused.getMessage(),
                    "it cannot be found out what this kernel has",
                    "run it as root"));
        }
        findings.add(
                without.isEmpty()
                        ? Finding.ok("kernel features", "all")
                        : Finding.fine(
                                "kernel features",
                                "all that are needed",
                                "there is another way for what is missing: " + String.join(", ", without)));
        return findings;
    }

    private Finding memory() {
        String limit = files.lines("proc/self/limits").stream()
                .filter(line -> line.startsWith("Max locked memory"))
                .map(line -> line.substring(17).strip().split(" +", 2)[0])
                .findFirst()
                .orElse("unknown");
        if (kernel.version().atLeast(5, 11)) {
            return Finding.fine("locked memory", limit, "maps do not count against it on this kernel");
        }
        long capabilities = files.lines("proc/self/status").stream()
                .filter(line -> line.startsWith("CapEff:"))
                .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                .findFirst()
                .orElse(0);
        return limit.equals("unlimited") || (capabilities >>> CAP_SYS_RESOURCE & 1) == 1
                ? Finding.fine("locked memory", limit, "maps count against it, and the agent can raise it")
                : Finding.error(
                        "locked memory",
                        limit,
                        "maps count against it on this kernel, and the agent cannot raise it",
                        "set LimitMEMLOCK=infinity in its unit, or give it CAP_SYS_RESOURCE");
    }

    /// Every packet of a connection asks for the time.
    private Finding clock() {
        String name = files.read("sys/devices/system/clocksource/clocksource0/current_clocksource")
                .orElse("unknown");
        return Stream.of("hpet", "acpi_pm", "jiffies", "refined-jiffies", "pit").anyMatch(name::equals)
                ? Finding.warning(
                        "clock source",
                        name,
                        "asking for the time is slow, and every packet does",
                        "see why the kernel gave up the tsc ('dmesg | grep -i clocksource'); on a virtual machine, give"
                                + " it a paravirtual clock")
                : Finding.ok("clock source", name);
    }
}
