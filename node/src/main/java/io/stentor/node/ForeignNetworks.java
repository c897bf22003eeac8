package io.stentor.node;

import io.stentor.kernel.Kernel;
import io.stentor.model.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Who else looks after this host's network, or has left something behind: told in Problems, and refused where both
/// cannot live.
public final class ForeignNetworks {
    /// A network for pods by its marks.
    ///
    /// @param links     names, or prefixes that end in `*`
    /// @param processes names as the kernel keeps them
    private record Kind(String name, List<String> links, List<String> processes) {
        boolean owns(String link) {
            return links.stream()
                    .anyMatch(mark -> mark.endsWith("*")
                            ? link.startsWith(mark.substring(0, mark.length() - 1))
                            : link.equals(mark));
        }
    }

    private static final Kind CILIUM = new Kind(
            "Cilium",
            List.of("cilium_host", "cilium_net", "cilium_vxlan", "cilium_geneve", "cilium_wg0", "lxc*"),
            List.of("cilium-agent"));

    private static final List<Kind> KINDS = List.of(
            CILIUM,
            new Kind("flannel", List.of("flannel.*", "flannel-v6.*", "flannel-wg*", "cni0"), List.of("flanneld")),
            new Kind(
                    "Calico",
                    List.of("cali*", "vxlan.calico", "vxlan-v6.calico", "wireguard.cali"),
                    List.of("calico-node", "calico-felix")),
            new Kind("Weave", List.of("weave", "vethwe*"), List.of("weaver")),
            new Kind("Antrea", List.of("antrea-gw0", "antrea-tun0"), List.of("antrea-agent")),
            new Kind("kube-router", List.of("kube-bridge"), List.of("kube-router")));

    /// What Cilium's programs are called by.
    private static final String CILIUM_PROGRAM = "cil_";

    /// By itself it looks after Services, not after pods' network.
    private static final Kind PROXY = new Kind("kube-proxy", List.of("kube-ipvs0"), List.of("kube-proxy"));

    /// Of its chains and tables; what kubelet has (`KUBE-FIREWALL`, `KUBE-KUBELET-CANARY`) is none.
    private static final Pattern PROXY_CHAIN =
            Pattern.compile("kube-proxy|KUBE-(SERVICES|NODEPORTS|EXTERNAL-SERVICES|NODE-PORT|LOAD-BALANCER"
                    + "|(SVC|SEP|EXT|FW|XLB)-[A-Z0-9]+)");

    private ForeignNetworks() {}

    /// @param refusal  why Stentor cannot live here now, in a sentence that says what to do
    /// @param problems what it can live with, and somebody should look at
    public record Findings(Optional<String> refusal, List<Problem> problems) {}

    /// Looks at the host that the calling thread is on, and changes nothing.
    public static Findings find(Kernel kernel, NodeSettings settings) {
        return find(kernel, port(settings));
    }

    /// As [#find], with the tunnel's UDP port, 0 for none.
    public static Findings find(Kernel kernel, int tunnelPort) {
        Set<String> processes = new HashSet<>();
        KINDS.forEach(kind -> processes.addAll(kind.processes));
        processes.addAll(PROXY.processes);
        return judge(Traces.read(kernel, tunnelPort, processes), tunnelPort);
    }

    private static int port(NodeSettings settings) {
        return settings.routing().tunnel() ? settings.routing().tunnelPort() : 0;
    }

    static Findings judge(Traces traces, NodeSettings settings) {
        return judge(traces, port(settings));
    }

    private static Findings judge(Traces traces, int tunnelPort) {
        List<Problem> problems = new ArrayList<>();
        for (Kind kind : KINDS) {
            List<String> links = traces.links().stream().filter(kind::owns).toList();
            List<String> running =
                    kind.processes.stream().filter(traces.processes()::contains).toList();
            if (!running.isEmpty()) {
                problems.add(problem(
                        kind.name,
                        "runs on this host (" + marks(running, links) + "): pods that it starts do not reach those of"
                                + " Stentor. Remove it"));
            } else if (!links.isEmpty()) {
                problems.add(problem(
                        kind.name,
                        "has left its " + plural("link", links) + " on this host: delete "
                                + (links.size() == 1 ? "it" : "them") + ", or reboot the node"));
            }
        }
        proxy(traces).ifPresent(problems::add);
        return new Findings(cilium(traces).or(() -> tunnelPort(traces, tunnelPort)), List.copyOf(problems));
    }

    /// What only its rules know is what it knew last: Services and backends that are gone since.
    private static Optional<Problem> proxy(Traces traces) {
        List<String> links = traces.links().stream().filter(PROXY::owns).toList();
        List<String> chains = traces.chains().stream()
                .filter(name -> PROXY_CHAIN.matcher(name).matches())
                .sorted()
                .toList();
        boolean runs = PROXY.processes.stream().anyMatch(traces.processes()::contains);
        if (!runs && links.isEmpty() && chains.isEmpty()) {
            return Optional.empty();
        }
        List<String> marks = new ArrayList<>();
        if (runs) {
            marks.add("process kube-proxy");
        }
        if (!links.isEmpty()) {
            marks.add(plural("link", links));
        }
        if (!chains.isEmpty()) {
            marks.add(plural("chain", chains));
        }
        String found = " on this host (" + String.join(", ", marks) + "), where Services are Stentor's: ";
        return Optional.of(problem(
                PROXY.name,
                runs
                        ? "runs" + found + "what it does for them is done twice. Delete its DaemonSet, then run"
                                + " 'kube-proxy --cleanup' on the node"
                        : "has left something" + found + "its rules lead to what it knew last. 'kube-proxy --cleanup'"
                                + " or a reboot removes them"));
    }

    /// Whether a problem is about kube-proxy, who may well be there where Services are its own.
    static boolean isOfProxy(Problem problem) {
        return problem.field().equals(PROXY.name);
    }

    /// Its programs take packets before or after ours at the same links, by rules that know nothing of ours.
    private static Optional<String> cilium(Traces traces) {
        List<String> attached = traces.programs().entrySet().stream()
                .filter(link -> link.getValue().stream().anyMatch(name -> name.startsWith(CILIUM_PROGRAM)))
                .map(Map.Entry::getKey)
                .toList();
        List<String> running =
                CILIUM.processes.stream().filter(traces.processes()::contains).toList();
        if (attached.isEmpty() && running.isEmpty()) {
            return Optional.empty();
        }
        String marks = running.isEmpty()
                ? "its programs are at " + some(attached)
                : attached.isEmpty()
                        ? plural("process", running) + " runs"
                        : plural("process", running) + " runs, its programs are at " + some(attached);
        return Optional.of("Cilium is at work on this host (" + marks + "), and two datapaths cannot have the same"
                + " packets: uninstall it and reboot the node, then start Stentor");
    }

    private static Optional<String> tunnelPort(Traces traces, int port) {
        if (port == 0 || !traces.tunnelPort() || traces.links().contains(DesiredNetwork.TUNNEL)) {
            return Optional.empty();
        }
        List<String> suspects = traces.links().stream()
                .filter(link -> KINDS.stream().anyMatch(kind -> kind.owns(link)))
                .filter(link -> link.contains("vxlan") || link.startsWith("flannel"))
                .toList();
        return Optional.of("UDP port " + port
                + ", which the tunnel needs, is in use on this host"
                + (suspects.isEmpty() ? "" : " (there is " + String.join(", ", suspects) + ")")
                + ": remove what uses it, or set another tunnel-port on every node");
    }

    private static Problem problem(String network, String reason) {
        return new Problem("host", network, reason);
    }

    private static String marks(List<String> processes, List<String> links) {
        return plural("process", processes) + (links.isEmpty() ? "" : ", " + plural("link", links));
    }

    private static String plural(String noun, List<String> names) {
        String ending = names.size() == 1 ? " " : noun.endsWith("s") ? "es " : "s ";
        return noun + ending + some(names);
    }

    /// A host has a link a pod: a few tell what the others are.
    private static String some(List<String> names) {
        String first = names.stream().limit(4).collect(Collectors.joining(", "));
        return names.size() <= 4 ? first : first + " and " + (names.size() - 4) + " more";
    }
}
