package io.stentor.node.doctor;

import io.stentor.kernel.Kernel;
import io.stentor.node.ForeignNetworks;
import io.stentor.node.HostFirewall;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Looks at a host and says, line by line, what is well and what is not.
public final class Doctor {
    private static final String TUNNEL_PORT = "UDP port ";

    private final Kernel kernel;
    private final Tree files;
    private final Surroundings surroundings;

    /// How the network is to be.
    ///
    /// @param tunnelPort UDP port of VXLAN; 0 for native routing
    /// @param bpfRoot    where pins are to be
    public record Plan(int tunnelPort, Path bpfRoot) {}

    /// What others have on the host.
    ///
    /// @param networks other networks for pods, or what is left of them
    /// @param firewall what the firewall does with packets that the host forwards
    record Surroundings(Supplier<ForeignNetworks.Findings> networks, Supplier<List<HostFirewall.Verdict>> firewall) {}

    Doctor(Kernel kernel, Path root, Surroundings surroundings) {
        this.kernel = kernel;
        this.files = new Tree(root);
        this.surroundings = surroundings;
    }

    /// Of the host that the calling thread is on.
    public static List<Finding> examine(Kernel kernel, Plan plan) {
        Surroundings surroundings =
                new Surroundings(() -> ForeignNetworks.find(kernel, plan.tunnelPort), HostFirewall::verdicts);
        return new Doctor(kernel, Path.of("/"), surroundings).examine(plan);
    }

    List<Finding> examine(Plan plan) {
        List<Finding> findings = new ArrayList<>();
        findings.add(distribution());
        findings.addAll(new KernelChecks(kernel, files).run(plan.bpfRoot, plan.tunnelPort != 0));
        findings.addAll(new DeviceChecks(kernel, files).run(plan.tunnelPort != 0));
        findings.addAll(new PortChecks(files).run(plan.tunnelPort));
        surroundings.firewall.get().forEach(verdict -> findings.add(firewall(verdict)));
        findings.addAll(others());
        return findings;
    }

    private Finding distribution() {
        Map<String, String> release = files.lines("etc/os-release").stream()
                .map(line -> line.split("=", 2))
                .filter(pair -> pair.length == 2)
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1].replace("\"", ""), (a, b) -> b));
        String name = release.getOrDefault("PRETTY_NAME", "unknown");
        boolean tested = release.getOrDefault("ID", "").equals("debian")
                && List.of("12", "13").contains(release.getOrDefault("VERSION_ID", ""));
        return tested
                ? Finding.ok("distribution", name)
                : Finding.fine(
                        "distribution",
                        name,
                        "Stentor is tested on Debian 12 and 13; it needs a kernel, iptables or nftables, and nothing else"
                                + " of a distribution");
    }

    private static Finding firewall(HostFirewall.Verdict verdict) {
        if (!verdict.drops()) {
            return Finding.ok("firewall", verdict.chain() + " accepts");
        }
        return verdict.ours()
                ? Finding.fine(
                        "firewall",
                        verdict.chain() + " drops",
                        "the agent puts accepts for its interfaces at the head of it")
                : Finding.warning(
                        "firewall",
                        verdict.chain() + " drops",
                        "what goes through the host's stack (too big, fragmented, from and to the host) is dropped for"
                                + " pods as well",
                        "let it accept the interfaces stn* and stentor_vxlan");
    }

    private List<Finding> others() {
        List<Finding> findings = new ArrayList<>();
        ForeignNetworks.Findings found = surroundings.networks.get();
        // The port has a line of its own, which knows who uses it.
        found.refusal()
                .filter(sentence -> !sentence.startsWith(TUNNEL_PORT))
                .ifPresent(sentence -> findings.add(
                        Finding.error("other networks", sentence, "the agent does not start", "see there")));
        found.problems()
                .forEach(problem -> findings.add(
                        Finding.warning("other networks", problem.field() + " " + problem.reason(), "", "see there")));
        if (findings.isEmpty()) {
            findings.add(Finding.ok("other networks", "none, and nothing left of one"));
        }
        return findings;
    }
}
