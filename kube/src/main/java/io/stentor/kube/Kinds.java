package io.stentor.kube;

import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/// The kinds of the group `cilium.io` that the programs read and write. They are handled as generic objects: what
/// somebody else keeps in them stays untouched.
public final class Kinds {

    public static final ResourceDefinitionContext CILIUM_NODE = kind("v2", "CiliumNode", "ciliumnodes", false);
    public static final ResourceDefinitionContext CILIUM_ENDPOINT =
            kind("v2", "CiliumEndpoint", "ciliumendpoints", true);

    /// Annotation of a CiliumNode by which its agent says whether it is ready: `true` once the network
    /// configuration is written, `false` in a new object and when the agent says so. There is no heartbeat: every
    /// agent watches every CiliumNode, and a beat a minute of a thousand nodes would be a million events a minute.
    /// Where agents are pods, the state of the pod tells of a death; see [TaintSettings].
    public static final String AGENT_READY = "agent.stentor.io/ready";

    private Kinds() {}

    private static ResourceDefinitionContext kind(String version, String kind, String plural, boolean namespaced) {
        return new ResourceDefinitionContext.Builder()
                .withGroup("cilium.io")
                .withVersion(version)
                .withKind(kind)
                .withPlural(plural)
                .withNamespaced(namespaced)
                .build();
    }
}
