package io.stentor.agent;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.NotSupported;
import io.stentor.kernel.bpf.Feature;
import io.stentor.node.ForeignNetworks;
import io.stentor.node.KernelNeeds;
import io.stentor.node.NodeSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What has to be true before the agent changes anything on its host.
final class Preflight {
    /// By their bits in the masks of proc(5).
    private static final Map<Integer, String> CAPABILITIES = Map.of(12, "CAP_NET_ADMIN", 21, "CAP_SYS_ADMIN");

    private Preflight() {}

    /// Whether this process may do what an agent does.
    static void privileges() throws Refusal {
        try {
            privileges(Files.readString(Path.of("/proc/self/status")));
        } catch (IOException hidden) {
            throw new Refusal(Refusal.FAILED, "/proc is not mounted, and the agent needs it: " + hidden.getMessage());
        }
    }

    /// @param status of a process, as proc(5) has it
    static void privileges(String status) throws Refusal {
        long effective = status.lines()
                .filter(line -> line.startsWith("CapEff:"))
                .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                .findFirst()
                .orElse(0);
        List<String> missing = CAPABILITIES.entrySet().stream()
                .filter(capability -> (effective >>> capability.getKey() & 1) == 0)
                .map(Map.Entry::getValue)
                .sorted()
                .toList();
        if (!missing.isEmpty()) {
            throw new Refusal(
                    Refusal.WRONG_USE,
                    "the agent makes network interfaces and loads eBPF programs, for which it lacks "
                            + String.join(" and ", missing) + ": run it as root");
        }
    }

    /// Whether this kernel has what is needed, and nobody else has the host's network.
    static void check(Kernel kernel, NodeSettings settings) throws Refusal {
        if (kernel.version().compareTo(KernelNeeds.OLDEST) < 0) {
            throw new Refusal(
                    Refusal.FAILED,
                    "kernel " + kernel.version() + " is too old: the programs need " + KernelNeeds.OLDEST
                            + " or newer");
        }
        for (Feature feature : KernelNeeds.features(settings.routing().tunnel())) {
            try {
                kernel.bpf().require(feature);
            } catch (NotSupported missing) {
                throw new Refusal(Refusal.FAILED, sentence(kernel, missing));
            } catch (KernelException unknown) {
                throw new Refusal(
                        Refusal.FAILED, "it cannot be found out what this kernel has: " + unknown.getMessage());
            }
        }
        ForeignNetworks.Findings findings = ForeignNetworks.find(kernel, settings);
        if (findings.refusal().isPresent()) {
            throw new Refusal(Refusal.WRONG_USE, findings.refusal().get());
        }
    }

    private static String sentence(Kernel kernel, NotSupported missing) {
        String way = missing.feature().equals(Feature.VXLAN.name())
                ? "; routing-mode=native does without"
                : ", and there is no way without";
        return "kernel " + kernel.version() + " lacks " + missing.feature() + ", which comes with " + missing.since()
                + way;
    }
}
