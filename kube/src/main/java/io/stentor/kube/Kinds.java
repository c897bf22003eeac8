package io.stentor.kube;

import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/// The kinds that the programs read, and those of the group `cilium.io` that they write, too. They are handled as
/// generic objects: what somebody else keeps in them stays untouched.
public final class Kinds {

    public static final ResourceDefinitionContext CILIUM_NODE =
            kind("cilium.io/v2", "CiliumNode", "ciliumnodes", false);
    public static final ResourceDefinitionContext CILIUM_ENDPOINT =
            kind("cilium.io/v2", "CiliumEndpoint", "ciliumendpoints", true);
    public static final ResourceDefinitionContext SERVICE = kind("v1", "Service", "services", true);
    public static final ResourceDefinitionContext ENDPOINT_SLICE =
            kind("discovery.k8s.io/v1", "EndpointSlice", "endpointslices", true);

    /// Annotation of a CiliumNode by which its agent says whether it is ready: `true` once the network
    /// configuration is written, `false` in a new object and when the agent says so. There is no heartbeat: every
    /// agent watches every CiliumNode, and a beat a minute of a thousand nodes would be a million events a minute.
    /// Where agents are pods, the state of the pod tells of a death; see [TaintSettings].
    public static final String AGENT_READY = "agent.stentor.io/ready";

    private Kinds() {}

    private static ResourceDefinitionContext kind(String apiVersion, String kind, String plural, boolean namespaced) {
        int slash = apiVersion.indexOf('/');
        return new ResourceDefinitionContext.Builder()
                .withGroup(apiVersion.substring(0, Math.max(slash, 0)))
                .withVersion(apiVersion.substring(slash + 1))
                .withKind(kind)
                .withPlural(plural)
                .withNamespaced(namespaced)
                .build();
    }
}
