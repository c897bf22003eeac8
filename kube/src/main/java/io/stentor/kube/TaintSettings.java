package io.stentor.kube;

import java.util.Map;

/// How Nodes tell whether their agent works.
///
/// @param key       of the taint (`agent-not-ready-taint-key`)
/// @param remove    the taint is removed when the agent is ready (`remove-cilium-node-taints`)
/// @param set       the taint is set when the agent's pod is scheduled and does not run (`set-cilium-node-taints`)
/// @param condition NetworkUnavailable=False is written when the agent is ready (`set-cilium-is-up-condition`)
/// @param agentPods labels of the agents' pods (`cilium-pod-labels`), in the namespace of [ApiSettings]
public record TaintSettings(
        String key, boolean remove, boolean set, boolean condition, Map<String, String> agentPods) {}
