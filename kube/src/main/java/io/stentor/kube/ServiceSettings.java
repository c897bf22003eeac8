package io.stentor.kube;

import io.stentor.model.Cidr;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Which Services an agent serves, and how.
///
/// @param proxyName what the label `service.kubernetes.io/service-proxy-name` of its Services says; empty: those
/// without
/// @param nodePorts as the API server has them
/// @param balancing who leads their clients to backends
/// @param outside   what those outside of the cluster may use
/// @param upkeep    what the node does for them beside that
public record ServiceSettings(
        String proxyName, NodePorts nodePorts, Balancing balancing, Outside outside, Upkeep upkeep) {

    /// As Kubernetes has it unless it is told otherwise.
    public static final ServiceSettings USUAL = new ServiceSettings(
            "",
            new NodePorts(30000, 32767),
            new Balancing(true, false, Optional.empty(), new Backends(false, false)),
            new Outside(List.of(), false, false, false, false),
            new Upkeep(true, new PortProtection(true, true), new HealthChecks(true, Optional.empty())));

    /// With the rest as Kubernetes has it.
    ServiceSettings(String proxyName, NodePorts nodePorts, Balancing balancing) {
        this(proxyName, nodePorts, balancing, USUAL.outside, USUAL.upkeep);
    }

    /// How clients get to backends.
    ///
    /// @param enabled         whether that is Stentor's matter (`kube-proxy-replacement`)
    /// @param hostSocketsOnly whether pods' connections are translated packet by packet (`bpf-lb-sock-hostns-only`)
    /// @param cgroup          where cgroup2 is mounted (`cgroup-root`); empty: it is looked for
    public record Balancing(boolean enabled, boolean hostSocketsOnly, Optional<Path> cgroup, Backends backends) {}

    /// What those outside of the cluster may use.
    ///
    /// @param nodePortAddresses  where node ports are open (`nodeport-addresses`); empty: at primary addresses
    /// @param nodePortsInternal  whether they are open at InternalIPs alone, where the node does not say
    /// @param rangesForAll       whether `loadBalancerSourceRanges` counts for all that is open to the outside
    /// @param clusterIps         whether the cluster's addresses are open too (`bpf-lb-external-clusterip`)
    /// @param foreignExternalIps whether external addresses that are none of this node's lead pods too
    public record Outside(
            List<Cidr> nodePortAddresses,
            boolean nodePortsInternal,
            boolean rangesForAll,
            boolean clusterIps,
            boolean foreignExternalIps) {
        public Outside {
            nodePortAddresses = List.copyOf(nodePortAddresses);
        }
    }

    /// Which backends are taken.
    ///
    /// @param topology whether those that are meant for clients of the node's zone are preferred
    /// (`enable-service-topology`)
    /// @param silent   whether a service without any does not answer (`service-no-backend-response`)
    public record Backends(boolean topology, boolean silent) {}

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
