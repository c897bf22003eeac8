package io.stentor.kube;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/// Which Services an agent serves, and how.
///
/// @param proxyName what the label `service.kubernetes.io/service-proxy-name` of its Services says; empty: those
/// without
/// @param nodePorts as the API server has them
/// @param balancing who leads their clients to backends
/// @param upkeep    what the node does for them beside that
public record ServiceSettings(String proxyName, NodePorts nodePorts, Balancing balancing, Upkeep upkeep) {

    /// As Kubernetes has it unless it is told otherwise.
    public static final ServiceSettings USUAL = new ServiceSettings(
            "",
            new NodePorts(30000, 32767),
            new Balancing(true, false, Optional.empty()),
            new Upkeep(true, new PortProtection(true, true), new HealthChecks(true, Optional.empty())));

    /// How clients get to backends.
    ///
    /// @param enabled         whether that is Stentor's matter (`kube-proxy-replacement`)
    /// @param hostSocketsOnly whether pods' connections are translated packet by packet (`bpf-lb-sock-hostns-only`)
    /// @param cgroup          where cgroup2 is mounted (`cgroup-root`); empty: it is looked for
    public record Balancing(boolean enabled, boolean hostSocketsOnly, Optional<Path> cgroup) {}

    /// What a node does for Services beside leading clients.
    ///
    /// @param endSockets whether sockets that speak with a backend that is gone are ended
    ///     (`bpf-lb-sock-terminate-pod-connections`)
    public record Upkeep(boolean endSockets, PortProtection ports, HealthChecks healthChecks) {}

    /// How node ports are kept from the node's own processes.
    ///
    /// @param bind    nobody binds one that a Service has (`node-port-bind-protection`)
    /// @param reserve the kernel does not give one to a connection (`enable-auto-protect-node-port-range`)
    public record PortProtection(boolean bind, boolean reserve) {}

    /// What load balancers ask.
    ///
    /// @param services whether each Service's `healthCheckNodePort` is served (`enable-health-check-nodeport`)
    /// @param proxy    where it is told as kube-proxy does whether this node serves Services
    ///     (`kube-proxy-replacement-healthz-bind-address`); empty: nowhere
    public record HealthChecks(boolean services, Optional<InetSocketAddress> proxy) {}

    /// A range of ports, both ends included.
    public record NodePorts(int first, int last) {
        public boolean contains(int port) {
            return port >= first && port <= last;
        }

        @Override
        public String toString() {
            return first + "-" + last;
        }
    }
}
