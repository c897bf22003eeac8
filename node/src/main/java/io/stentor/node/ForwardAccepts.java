package io.stentor.node;

import io.stentor.model.Family;
import io.stentor.model.Problem;
import io.stentor.node.Ledger.FirewallRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Lets the host's stack forward packets of our interfaces where the host's firewall would not.
///
/// Hosts with Docker, and careful ones, have a FORWARD chain that ends in DROP. What goes through the host's stack
/// (too big, to be fragmented, from and to the host itself) would end there; what may pass, the datapath has decided by
/// then. Rules are put at the head of that same chain: an accept in another table does not undo its drop.
final class ForwardAccepts {
    private static final System.Logger LOG = System.getLogger("firewall");
    static final String CHAIN = "FORWARD";
    private static final List<String> OURS = List.of(AttachmentKey.LINK_PREFIX + "+", DesiredNetwork.TUNNEL);

    private final Ledger ledger;
    private final NodeSettings settings;

    ForwardAccepts(Ledger ledger, NodeSettings settings) {
        this.ledger = ledger;
        this.settings = settings;
    }

    /// Puts back what is missing.
    ///
    /// @return what could not be done
    List<Problem> ensure() {
        List<Problem> problems = new ArrayList<>();
        for (Family family : Family.values()) {
            if (settings.families().has(family)) {
                for (String program : programs(family)) {
                    try {
                        ensure(program).ifPresent(problems::add);
                    } catch (IOException failed) {
                        problems.add(problem(program, failed.getMessage()));
                    }
                }
            }
        }
        return problems;
    }

    /// Both generations of iptables keep chains of their own. The older one is asked only where its tables exist, as
    /// asking makes them.
    static List<String> programs(Family family) {
        String name = family == Family.IPV4 ? "iptables" : "ip6tables";
        List<String> programs = new ArrayList<>();
        if (find(name + "-nft").isPresent()) {
            programs.add(name + "-nft");
            Path tables = Path.of("/proc/self/net", family == Family.IPV4 ? "ip_tables_names" : "ip6_tables_names");
            if (find(name + "-legacy").isPresent() && contains(tables, "filter")) {
                programs.add(name + "-legacy");
            }
        } else if (find(name).isPresent()) {
            programs.add(name);
        }
        return programs;
    }

    private static boolean contains(Path file, String line) {
        try {
            return Files.exists(file) && Files.readAllLines(file).contains(line);
        } catch (IOException unreadable) {
            LOG.log(System.Logger.Level.DEBUG, "{0}: {1}", file, unreadable.getMessage());
            return false;
        }
    }

    private static Optional<Path> find(String program) {
        for (String directory : List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin")) {
            Path path = Path.of(directory, program);
            if (Files.isExecutable(path)) {
                return Optional.of(path);
            }
        }
        return Optional.empty();
    }

    private Optional<Problem> ensure(String program) throws IOException {
        Command listed = run(program, "-S", CHAIN);
        if (!listed.succeeded()) {
            return Optional.of(problem(program, listed.output()));
        }
        List<String> lines = listed.output().lines().toList();
        boolean passes = lines.contains("-P " + CHAIN + " ACCEPT")
                && lines.stream().allMatch(line -> line.startsWith("-P") || line.contains("--comment stentor"));
        if (passes) {
            return Optional.empty();
        }
        for (String name : OURS) {
            for (String direction : List.of("-i", "-o")) {
                List<String> rule = List.of(direction, name, "-m", "comment", "--comment", "stentor", "-j", "ACCEPT");
                if (lines.contains("-A " + CHAIN + " " + String.join(" ", rule))) {
                    continue;
                }
                ledger.enter(new FirewallRule(program, CHAIN, rule));
                List<String> words = new ArrayList<>(List.of("-I", CHAIN, "1"));
                words.addAll(rule);
                Command inserted = run(program, words.toArray(String[]::new));
                if (!inserted.succeeded()) {
                    return Optional.of(problem(program, inserted.output()));
                }
                LOG.log(System.Logger.Level.INFO, "{0}: {1} accepts {2} {3}", program, CHAIN, direction, name);
            }
        }
        return Optional.empty();
    }

    /// @param words without the program and its waiting for the lock
    static Command run(String program, String... words) throws IOException {
        List<String> all = new ArrayList<>();
        all.add(find(program).map(Path::toString).orElse(program));
        all.addAll(List.of("-w", "5"));
        all.addAll(List.of(words));
        return Command.run(all);
    }

    private static Problem problem(String program, String reason) {
        return new Problem(
                "firewall", program, "packets of pods that go through the host's stack may be dropped: " + reason);
    }
}
