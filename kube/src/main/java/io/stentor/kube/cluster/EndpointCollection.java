package io.stentor.kube.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.stentor.kube.Kinds;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Removes CiliumEndpoints whose pod is gone: those of nodes that died, mostly, for an agent removes its own.
final class EndpointCollection {

    private static final System.Logger LOG = System.getLogger("endpoints");

    private static final long PAGE = 500;

    private final KubernetesClient kubernetes;

    EndpointCollection(KubernetesClient kubernetes) {
        this.kubernetes = kubernetes;
    }

    /// @param alive   objects that stay
    /// @param deleted objects that went
    /// @param failed  objects that could not be deleted
    record Result(int alive, int deleted, int failed) {}

    /// The objects are listed before the pods: whoever made one knew its pod, so a pod that is missing then is gone.
    Result collect() {
        List<GenericKubernetesResource> objects = list(continuation -> {
            var page = kubernetes
                    .genericKubernetesResources(Kinds.CILIUM_ENDPOINT)
                    .inAnyNamespace()
                    .list(new ListOptionsBuilder()
                            .withLimit(PAGE)
                            .withContinue(continuation)
                            .build());
            return new Page<>(page.getItems(), page.getMetadata().getContinue());
        });
        if (objects.isEmpty()) {
            return new Result(0, 0, 0);
        }
        Map<String, String> pods = pods();
        int alive = 0;
        int deleted = 0;
        int failed = 0;
        for (GenericKubernetesResource object : objects) {
            String uid = pods.get(key(
                    object.getMetadata().getNamespace(), object.getMetadata().getName()));
            if (uid != null && isOwnedBy(object, uid)) {
                alive++;
            } else if (delete(object)) {
                deleted++;
            } else {
                failed++;
            }
        }
        return new Result(alive, deleted, failed);
    }

    /// UIDs of the pods that have not ended, by namespace and name.
    private Map<String, String> pods() {
        List<Pod> all = list(continuation -> {
            var page = kubernetes
                    .pods()
                    .inAnyNamespace()
                    .list(new ListOptionsBuilder()
                            .withLimit(PAGE)
                            .withContinue(continuation)
                            .build());
            return new Page<>(page.getItems(), page.getMetadata().getContinue());
        });
        Map<String, String> pods = new HashMap<>();
        for (Pod pod : all) {
            String phase = pod.getStatus() == null ? "" : pod.getStatus().getPhase();
            if (!"Succeeded".equals(phase) && !"Failed".equals(phase)) {
                pods.put(
                        key(pod.getMetadata().getNamespace(), pod.getMetadata().getName()),
                        pod.getMetadata().getUid());
            }
        }
        return pods;
    }

    /// One without an owner was made by hand, or by an agent that knows what it does: the pod's name is enough.
    private static boolean isOwnedBy(GenericKubernetesResource object, String uid) {
        var owners = object.getMetadata().getOwnerReferences();
        return owners.isEmpty() || owners.stream().anyMatch(owner -> uid.equals(owner.getUid()));
    }

    private boolean delete(GenericKubernetesResource object) {
        String key =
                key(object.getMetadata().getNamespace(), object.getMetadata().getName());
        try {
            kubernetes
                    .genericKubernetesResources(Kinds.CILIUM_ENDPOINT)
                    .inNamespace(object.getMetadata().getNamespace())
                    .withName(object.getMetadata().getName())
                    .lockResourceVersion(object.getMetadata().getResourceVersion())
                    .delete();
            LOG.log(Level.INFO, "removed the CiliumEndpoint of a pod that is gone pod=" + key);
            return true;
        } catch (KubernetesClientException e) {
            LOG.log(Level.WARNING, "could not remove the CiliumEndpoint pod=" + key, e);
            return false;
        }
    }

    private static String key(String namespace, String name) {
        return namespace + "/" + name;
    }

    private record Page<T>(List<T> items, String next) {}

    private static <T> List<T> list(Function<String, Page<T>> pages) {
        List<T> all = new ArrayList<>();
        String continuation = "";
        do {
            Page<T> page = pages.apply(continuation);
            all.addAll(page.items);
            continuation = page.next == null ? "" : page.next;
        } while (!continuation.isEmpty());
        return all;
    }
}
