package io.stentor.node;

import io.stentor.model.Family;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What the agent's configuration says about the node, already checked.
///
/// @param nodeName this node's name, the key of its own row in State
/// @param families which address families pods get
/// @param routing  how packets reach pods of other nodes
/// @param devices  which devices count, and the MTU
/// @param places   where files are
public record NodeSettings(String nodeName, Families families, Routing routing, DeviceSettings devices, Places places) {

    /// The address families in use (`enable-ipv4`, `enable-ipv6`).
    public record Families(boolean ipv4, boolean ipv6) {

        public boolean has(Family family) {
            return switch (family) {
                case IPV4 -> ipv4;
                case IPV6 -> ipv6;
            };
        }
    }

    /// How packets reach pods of other nodes.
    ///
    /// @param tunnel               `routing-mode: tunnel`; else native
    /// @param tunnelPort           UDP port of VXLAN, 8472 by default
    /// @param underlay             family of the tunnel's outer packets
    /// @param autoDirectNodeRoutes native: a route to each node's pods by that node's address
    /// @param skipUnreachable      `direct-routing-skip-unreachable`: no such route, and no Problem, for
    ///                             a node that is not on a shared segment
    public record Routing(
            boolean tunnel, int tunnelPort, Family underlay, boolean autoDirectNodeRoutes, boolean skipUnreachable) {}

    /// @param mtu   of the underlay (`mtu`); 0 takes it from the device of the route to the peers
    /// @param names device names or prefixes ending in `+` (`devices`); empty takes the one that holds the node's
    ///              InternalIP
    public record DeviceSettings(int mtu, List<String> names) {}

    /// @param state        `state-dir`: endpoints, ledger; 0700
    /// @param socket       `socket-path`: the agent's socket
    /// @param cni          `cni-conf-dir`
    /// @param cniExclusive `cni-exclusive`: other network configurations are moved aside
    /// @param plugin       which container runtimes execute
    public record Places(Path state, Path socket, Path cni, boolean cniExclusive, Plugin plugin) {}

    /// @param directory `cni-bin-dir`
    /// @param source    the plugin that came with this agent, if one did
    public record Plugin(Path directory, Optional<Path> source) {}
}
