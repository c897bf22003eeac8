package io.stentor.node;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.bpf.Hook;
import io.stentor.kernel.net.Link;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What can be seen on a host of who looks after its network: read at once, judged by [ForeignNetworks].
///
/// @param links      names of all
/// @param programs   names of the programs at the traffic control hooks of links that are not ours, by link
/// @param processes  names (`comm`, 15 characters) of the processes in this network namespace, as far as they are
///                   visible from here
/// @param chains     names of the firewall's chains and tables
/// @param tunnelPort whether somebody listens on the tunnel's UDP port
record Traces(
        List<String> links,
        Map<String, List<String>> programs,
        Set<String> processes,
        Set<String> chains,
        boolean tunnelPort) {

    private static final System.Logger LOG = System.getLogger("host");
    private static final Path PROC = Path.of("/proc");
    private static final Path NETWORK = Path.of("/proc/thread-self/net");

    /// Reads as the calling thread sees it.
    ///
    /// @param wanted names of processes that are of interest: only theirs are looked for
    static Traces read(Kernel kernel, int port, Set<String> wanted) {
        List<Link> links = kernel.netlink().links();
        Map<String, List<String>> programs = new LinkedHashMap<>();
        for (Link link : links) {
            if (!PodLinks.isOurs(link) && !link.name().equals(DesiredNetwork.TUNNEL)) {
                List<String> found = attached(kernel, link.index());
                if (!found.isEmpty()) {
                    programs.put(link.name(), found);
                }
            }
        }
        return new Traces(links.stream().map(Link::name).toList(), programs, visible(wanted), firewall(), isUsed(port));
    }

    private static List<String> attached(Kernel kernel, int ifindex) {
        List<String> names = new ArrayList<>();
        for (Hook.Direction direction : Hook.Direction.values()) {
            try {
                kernel.bpf().attached(new Hook.Tc(ifindex, direction)).forEach(program -> names.add(program.name()));
            } catch (KernelException gone) {
                LOG.log(System.Logger.Level.DEBUG, "{0}", gone.getMessage());
            }
        }
        return names;
    }

    /// Processes of other network namespaces are somebody else's: a host runs containers.
    private static Set<String> visible(Set<String> wanted) {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> all = Files.list(PROC)) {
            Path own = Files.readSymbolicLink(PROC.resolve("thread-self/ns/net"));
            all.filter(path -> path.getFileName().toString().matches("[0-9]+")).forEach(process -> {
                try {
                    String name = Files.readString(process.resolve("comm")).strip();
                    if (wanted.contains(name)
                            && Files.readSymbolicLink(process.resolve("ns/net")).equals(own)) {
                        found.add(name);
                    }
                } catch (IOException ended) {
                    LOG.log(System.Logger.Level.TRACE, "{0}", ended.toString());
                }
            });
        } catch (IOException hidden) {
            LOG.log(System.Logger.Level.DEBUG, "processes are not visible: {0}", hidden.toString());
        }
        return found;
    }

    /// iptables of both generations, and nftables' own.
    private static Set<String> firewall() {
        Set<String> names = new TreeSet<>(NativeFirewall.names());
        boolean unseen = names.isEmpty();
        for (String version : List.of("", "6")) {
            // Asking makes the older generation's tables, where they are not.
            if (hasLegacyTable(version)) {
                names.addAll(saved("ip" + version + "tables-legacy-save"));
            }
            // Where there is no nft, iptables' newer generation knows its own.
            if (unseen) {
                names.addAll(saved("ip" + version + "tables-nft-save"));
            }
        }
        return names;
    }

    private static boolean hasLegacyTable(String version) {
        try {
            Path tables = NETWORK.resolve("ip" + version + "_tables_names");
            return Files.exists(tables) && Files.readAllLines(tables).contains("nat");
        } catch (IOException absent) {
            LOG.log(System.Logger.Level.DEBUG, "{0}", absent.toString());
            return false;
        }
    }

    private static Set<String> saved(String program) {
        try {
            return chains(Command.run(List.of(program, "-t", "nat")).output());
        } catch (IOException absent) {
            LOG.log(System.Logger.Level.DEBUG, "{0}", absent.toString());
            return Set.of();
        }
    }

    /// The chains that somebody made: the kernel's own have a policy.
    ///
    /// @param listing as iptables saves a table
    static Set<String> chains(String listing) {
        return listing.lines()
                .filter(line -> line.startsWith(":"))
                .map(line -> line.substring(1).split(" ", -1))
                .filter(words -> words.length > 1 && words[1].equals("-"))
                .map(words -> words[0])
                .collect(Collectors.toSet());
    }

    private static boolean isUsed(int port) {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        for (String file : List.of("udp", "udp6")) {
            try {
                // "  sl  local_address rem_address …", the local address as "00000000:2118"
                boolean used = Files.readAllLines(NETWORK.resolve(file)).stream()
                        .map(line -> line.strip().split(" +", 3))
                        .anyMatch(fields -> fields.length > 1 && fields[1].endsWith(suffix));
                if (used) {
                    return true;
                }
            } catch (IOException absent) {
                LOG.log(System.Logger.Level.DEBUG, "{0}", absent.toString());
            }
        }
        return false;
    }
}
