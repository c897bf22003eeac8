package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.stentor.model.Cidr;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The agent's part of its CiliumNode.
///
/// @param ready what [Kinds#AGENT_READY] shall say; empty: what it says already
record NodeObject(LocalNode node, IpamMode ipam, Optional<Boolean> ready) {

    /// @param podCidrs what an object that was deleted had: the node's pods have their addresses from it
    GenericKubernetesResource whole(List<String> podCidrs, KubernetesSerialization serialization) {
        Map<String, Object> metadata = metadata(null);
        metadata.put("annotations", annotations(ready.orElse(false)));
        Map<String, Object> spec = spec();
        if (ipam == IpamMode.CLUSTER_POOL && !podCidrs.isEmpty()) {
            spec.put("ipam", Map.of("podCIDRs", podCidrs));
        }
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.put("apiVersion", "cilium.io/v2");
        whole.put("kind", "CiliumNode");
        whole.put("metadata", metadata);
        whole.put("spec", spec);
        return serialization.convertValue(whole, GenericKubernetesResource.class);
    }

    /// A merge patch that makes this of an object with the given labels.
    Map<String, Object> patch(@Nullable Map<String, String> labelsBefore) {
        Map<String, Object> metadata = metadata(labelsBefore);
        ready.ifPresent(now -> metadata.put("annotations", annotations(now)));
        return Map.of("metadata", metadata, "spec", spec());
    }

    private static Map<String, String> annotations(boolean ready) {
        return Map.of(Kinds.AGENT_READY, Boolean.toString(ready));
    }

    private Map<String, Object> metadata(@Nullable Map<String, String> labelsBefore) {
        Map<String, @Nullable String> labels = new LinkedHashMap<>();
        if (labelsBefore != null) {
            labelsBefore.keySet().forEach(label -> labels.put(label, null));
        }
        labels.putAll(node.labels());
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", node.name());
        metadata.put("labels", labels);
        metadata.put(
                "ownerReferences",
                List.of(Map.of("apiVersion", "v1", "kind", "Node", "name", node.name(), "uid", node.uid())));
        return metadata;
    }

    private Map<String, Object> spec() {
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put(
                "addresses",
                node.addresses().stream()
                        .map(a -> Map.of(
                                "type", a.type().toString(), "ip", a.address().toString()))
                        .toList());
        if (ipam == IpamMode.KUBERNETES) {
            List<String> podCidrs = node.podCidrs().stream().map(Cidr::toString).toList();
            spec.put("ipam", Map.of("podCIDRs", podCidrs));
        }
        return spec;
    }
}
