package io.stentor.kube;

import java.nio.file.Path;
import java.util.Optional;

/// How Services are reached.
///
/// @param enabled   whether they are Stentor's matter (`kube-proxy-replacement`)
/// @param sockets   translation at the socket
/// @param proxyName Services with another name of their proxy are another's (`k8s-service-proxy-name`); may be empty
/// @param nodePorts which ports of nodes Services may have (`node-port-range`)
public record ServiceSettings(boolean enabled, Sockets sockets, String proxyName, PortRange nodePorts) {

    /// @param hostOnly whether pods' connections are translated packet by packet instead (`bpf-lb-sock-hostns-only`)
    /// @param cgroup   where cgroup2 is mounted, the node's whole hierarchy below it; empty: it is looked for
    ///     (`cgroup-root`)
    public record Sockets(boolean hostOnly, Optional<Path> cgroup) {}

    /// @param last included
    public record PortRange(int first, int last) {
        public boolean contains(int port) {
            return first <= port && port <= last;
        }
    }
}
