package io.stentor.kube;

import java.nio.file.Path;
import java.util.Optional;

/// Which Services an agent serves, and how.
///
/// @param proxyName what the label `service.kubernetes.io/service-proxy-name` of its Services says; empty: those
/// without
/// @param nodePorts as the API server has them
/// @param balancing who leads their clients to backends
public record ServiceSettings(String proxyName, NodePorts nodePorts, Balancing balancing) {

    /// As Kubernetes has it unless it is told otherwise.
    public static final ServiceSettings USUAL =
            new ServiceSettings("", new NodePorts(30000, 32767), new Balancing(true, false, Optional.empty()));

    /// How clients get to backends.
    ///
    /// @param enabled         whether that is Stentor's matter (`kube-proxy-replacement`)
    /// @param hostSocketsOnly whether pods' connections are translated packet by packet (`bpf-lb-sock-hostns-only`)
    /// @param cgroup          where cgroup2 is mounted (`cgroup-root`); empty: it is looked for
    public record Balancing(boolean enabled, boolean hostSocketsOnly, Optional<Path> cgroup) {}

    /// A range of ports, both ends included.
    public record NodePorts(int first, int last) {
        boolean contains(int port) {
            return port >= first && port <= last;
        }

        @Override
        public String toString() {
            return first + "-" + last;
        }
    }
}
