package io.stentor.kube.connectivity;

import io.stentor.kube.connectivity.Task.Target;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a run is asked to do.
///
/// @param cases which
/// @param pods  what they are tried with
/// @param around what is known of the network around the cluster
/// @param agents how they are restarted
/// @param times  how long is waited
public record Options(List<Case> cases, Pods pods, Surroundings around, Agents agents, Times times) {

    /// @param namespace made for the run, and removed after it
    /// @param image     any that the nodes can have: nothing of it is run
    /// @param nodes     one or two names; none: chosen
    /// @param port      of the servers, TCP and UDP; the next one has to be free
    /// @param keep      leave namespace and pods as they are
    public record Pods(String namespace, String image, List<String> nodes, int port, boolean keep) {}

    /// Hosts outside the cluster; see [Scene.Strangers].
    ///
    /// @param tunnel whether nodes use one; empty: seen by the MTU
    public record Surroundings(
            Optional<Boolean> tunnel,
            List<Host> targets,
            List<Host> servers,
            List<Host> unmasqueraded,
            List<Host> narrow) {

        Scene.Strangers of(Family family) {
            return new Scene.Strangers(
                    targets(family, targets, servers),
                    first(family, servers, "outside"),
                    first(family, unmasqueraded, "unmasqueraded"),
                    first(family, narrow, "narrow"));
        }

        private static List<Target> targets(Family family, List<Host> targets, List<Host> servers) {
            List<Host> all = targets.isEmpty() ? servers : targets;
            return all.stream()
                    .filter(host -> host.address.family() == family)
                    .map(host -> new Target("outside", host.address, host.port))
                    .toList();
        }

        private static Optional<Target> first(Family family, List<Host> hosts, String name) {
            return hosts.stream()
                    .filter(host -> host.address.family() == family)
                    .map(host -> new Target(name, host.address, host.port))
                    .findFirst();
        }
    }

    /// Somebody outside.
    public record Host(IpAddress address, int port) {

        private static final Pattern WITH_PORT = Pattern.compile("(?:\\[([^]]+)]|([^:]+)):([0-9]{1,5})");

        /// @param text `ADDRESS`, `ADDRESS:PORT` or `[ADDRESS]:PORT`
        /// @param port of those that do not say
        public static Optional<Host> parse(String text, int port) {
            Matcher both = WITH_PORT.matcher(text);
            if (!both.matches()) {
                return IpAddress.parse(text).map(address -> new Host(address, port));
            }
            int named = Integer.parseInt(both.group(3));
            return IpAddress.parse(both.group(1) == null ? both.group(2) : both.group(1))
                    .filter(_ -> named > 0 && named < 65536)
                    .map(address -> new Host(address, named));
        }
    }

    /// @param command   run by a shell for each node, whose name is in `NODE`; empty: the agent's pod is deleted
    /// @param namespace of the agents' pods
    /// @param selector  of the agents' pods
    public record Agents(Optional<String> command, String namespace, String selector) {}

    /// @param ready for pods to start
    /// @param all   for everything
    public record Times(Duration ready, Duration all) {}
}
