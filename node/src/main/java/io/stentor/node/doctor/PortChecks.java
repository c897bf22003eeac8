package io.stentor.node.doctor;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Ports that the agent listens on, and who has them.
final class PortChecks {
    /// `TCP_LISTEN`, as proc(5) has it.
    private static final String LISTEN = "0A";

    private final Tree files;

    PortChecks(Tree files) {
        this.files = files;
    }

    /// @param tunnelPort 0 where there is no tunnel
    List<Finding> run(int tunnelPort) {
        List<Finding> findings = new ArrayList<>();
        if (tunnelPort != 0) {
            findings.add(port("UDP", tunnelPort, "the tunnel", "tunnel-port, on every node"));
        }
        findings.add(port("TCP", 9879, "the agent's health", "agent-health-port"));
        findings.add(port("TCP", 9962, "the agent's metrics", "prometheus-serve-addr"));
        return findings;
    }

    private Finding port(String protocol, int port, String use, String key) {
        String subject = "port " + port + "/" + protocol;
        Set<String> inodes = sockets(protocol.toLowerCase(Locale.ROOT), port);
        if (inodes.isEmpty()) {
            return Finding.ok(subject, "free, for " + use);
        }
        // A tunnel device of the kernel's has no process.
        if (protocol.equals("UDP") && files.has("sys/class/net/stentor_vxlan")) {
            return Finding.ok(subject, "Stentor's, for " + use);
        }
        Optional<String> owner = owner(inodes);
        if (owner.filter(command -> command.contains("io.stentor.agent")).isPresent()) {
            return Finding.ok(subject, "Stentor's, for " + use);
        }
        return Finding.error(
                subject,
                "in use" + owner.map(command -> " by " + name(command)).orElse(""),
                "the agent needs it for " + use + " and does not start",
                "end what uses it, or set another " + key);
    }

    private static String name(String command) {
        String program = command.split(" ", 2)[0];
        return program.substring(program.lastIndexOf('/') + 1);
    }

    /// Inodes of the sockets that wait on a port; 0 for one of the kernel's own.
    private Set<String> sockets(String protocol, int port) {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        Set<String> inodes = new LinkedHashSet<>();
        for (String version : List.of("", "6")) {
            // "sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …"
            for (String line : files.lines("proc/thread-self/net/" + protocol + version)) {
                String[] fields = line.strip().split(" +", -1);
                boolean waits = protocol.equals("udp") || (fields.length > 3 && fields[3].equals(LISTEN));
                if (fields.length > 9 && fields[1].endsWith(suffix) && waits) {
                    inodes.add(fields[9]);
                }
            }
        }
        return inodes;
    }

    private Optional<String> owner(Set<String> inodes) {
        for (String process : files.names("proc")) {
            if (process.matches("[0-9]+")) {
                String folder = "proc/" + process + "/fd";
                boolean has = files.names(folder).stream()
                        .flatMap(fd -> files.target(folder + "/" + fd).stream())
                        .anyMatch(target -> inodes.stream().anyMatch(inode -> target.equals("socket:[" + inode + "]")));
                if (has) {
                    return files.read("proc/" + process + "/cmdline").map(text -> text.replace('\0', ' '));
                }
            }
        }
        return Optional.empty();
    }
}
