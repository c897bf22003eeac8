package io.stentor.kube;

/// Which Services an agent serves, and how.
///
/// @param proxyName what the label `service.kubernetes.io/service-proxy-name` of its Services says; empty: those
/// without
/// @param nodePorts as the API server has them
public record ServiceSettings(String proxyName, NodePorts nodePorts) {

    /// As Kubernetes has it unless it is told otherwise.
    public static final ServiceSettings USUAL = new ServiceSettings("", new NodePorts(30000, 32767));

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
