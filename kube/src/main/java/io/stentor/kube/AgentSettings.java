package io.stentor.kube;

/// The agent's configuration, checked and complete.
///
/// @param nodeName name of the Kubernetes node that the agent serves (`k8s-node-name`, else `K8S_NODE_NAME`)
public record AgentSettings(
        String nodeName, NetworkSettings network, PathSettings paths, ApiSettings api, ServingSettings serving) {}
