package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.stentor.model.Endpoint;
import io.stentor.model.IpAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The CiliumEndpoint of a pod, as its agent writes it.
///
/// @param node the address that other nodes reach this one at
record EndpointObject(Endpoint endpoint, Pod pod, IpAddress node) {

    /// Identities that have a name instead of labels.
    private static final Map<Integer, String> RESERVED = Map.of(
            1, "reserved:host",
            2, "reserved:world",
            3, "reserved:unmanaged",
            4, "reserved:health",
            5, "reserved:init",
            6, "reserved:remote-node",
            7, "reserved:kube-apiserver",
            8, "reserved:ingress");

    GenericKubernetesResource whole(KubernetesSerialization serialization) {
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.put("apiVersion", "cilium.io/v2");
        whole.put("kind", "CiliumEndpoint");
        whole.putAll(patch(null));
        return serialization.convertValue(whole, GenericKubernetesResource.class);
    }

    /// A merge patch that makes this of an object with the given labels.
    Map<String, Object> patch(@Nullable Map<String, String> labelsBefore) {
        Map<String, @Nullable String> labels = new LinkedHashMap<>();
        if (labelsBefore != null) {
            labelsBefore.keySet().forEach(label -> labels.put(label, null));
        }
        if (pod.getMetadata().getLabels() != null) {
            labels.putAll(pod.getMetadata().getLabels());
        }
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", endpoint.pod().name());
        metadata.put("namespace", endpoint.pod().namespace());
        metadata.put("labels", labels);
        metadata.put(
                "ownerReferences",
                List.of(Map.of(
                        "apiVersion",
                        "v1",
                        "kind",
                        "Pod",
                        "name",
                        endpoint.pod().name(),
                        "uid",
                        pod.getMetadata().getUid())));
        Map<String, Object> patch = new LinkedHashMap<>();
        patch.put("metadata", metadata);
        patch.put("status", status());
        return patch;
    }

    private Map<String, Object> status() {
        Map<String, Object> identity = new LinkedHashMap<>();
        identity.put("id", endpoint.identity());
        Optional.ofNullable(RESERVED.get(endpoint.identity())).ifPresent(name -> identity.put("labels", List.of(name)));
        Map<String, String> addressing = new LinkedHashMap<>();
        endpoint.addresses().ipv4().ifPresent(a -> addressing.put("ipv4", a.toString()));
        endpoint.addresses().ipv6().ifPresent(a -> addressing.put("ipv6", a.toString()));
        String container = endpoint.attachment().containerId();
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("id", endpoint.id());
        status.put("state", "ready");
        status.put("identity", identity);
        status.put("networking", Map.of("addressing", List.of(addressing), "node", node.toString()));
        status.put("encryption", Map.of("key", 0));
        status.put("named-ports", namedPorts());
        status.put(
                "external-identifiers",
                Map.of(
                        "container-id",
                        container,
                        "cni-attachment-id",
                        container + ":" + endpoint.attachment().podInterface(),
                        "k8s-namespace",
                        endpoint.pod().namespace(),
                        "k8s-pod-name",
                        endpoint.pod().name(),
                        "pod-name",
                        endpoint.pod().toString()));
        return status;
    }

    private List<Map<String, Object>> namedPorts() {
        if (pod.getSpec() == null) {
            return List.of();
        }
        return pod.getSpec().getContainers().stream()
                .flatMap(container -> container.getPorts().stream())
                .filter(port -> port.getName() != null && !port.getName().isEmpty())
                .map(port -> Map.<String, Object>of(
                        "name",
                        port.getName(),
                        "port",
                        port.getContainerPort(),
                        "protocol",
                        Optional.ofNullable(port.getProtocol()).orElse("TCP")))
                .toList();
    }
}
