package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.stentor.model.Endpoint;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.PersistentMap;
import io.stentor.model.PodName;
import io.stentor.model.Store;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Keeps one CiliumEndpoint for each pod of this node that is connected to the datapath: what other nodes' agents need
/// to know of it. It follows the endpoints of the [Store]; an endpoint that goes takes its object with it, unless the
/// object speaks of another pod of the same name by then.
public final class CiliumEndpointWriter implements AutoCloseable {

    private final KubernetesClient kubernetes;
    private final LocalPods pods;
    private final Store store;
    private final Retrying work;
    private final Thread follower;
    private final Map<String, Endpoint> endpoints = new ConcurrentHashMap<>();

    /// Pods whose object may be there and be ours, with the UID of its owner.
    private final Map<String, PodName> written = new ConcurrentHashMap<>();

    private CiliumEndpointWriter(KubeClient client, LocalPods pods, Store store) {
        this.kubernetes = client.kubernetes();
        this.pods = pods;
        this.store = store;
        this.work = new Retrying("cilium-endpoint", this::write);
        this.follower = Thread.ofVirtual().name("cilium-endpoints").start(this::follow);
    }

    /// @param pods  of the agent's own node
    /// @param store has the endpoints, and the node, whose address the objects carry: they wait until it is there
    public static CiliumEndpointWriter start(KubeClient client, LocalPods pods, Store store) {
        CiliumEndpointWriter writer = new CiliumEndpointWriter(client, pods, store);
        pods.whenSeen(writer::seen);
        return writer;
    }

    private void seen(String pod) {
        if (endpoints.containsKey(pod)) {
            work.due(pod);
        }
    }

    private void follow() {
        PersistentMap<Integer, Endpoint> seen = PersistentMap.empty();
        Optional<IpAddress> address = Optional.empty();
        long revision = -1;
        try {
            while (true) {
                var state = store.awaitAfter(revision);
                revision = state.revision();
                seen.diff(state.endpoints(), new EndpointChanges());
                seen = state.endpoints();
                if (!address.equals(nodeAddress())) {
                    address = nodeAddress();
                    endpoints.keySet().forEach(work::due);
                }
            }
        } catch (InterruptedException closed) {
            // The end.
        }
    }

    /// Tunnels run over IPv4 where there is IPv4.
    private Optional<IpAddress> nodeAddress() {
        Node row = store.current().nodes().get(pods.node());
        return row == null ? Optional.empty() : row.internalIp(Family.IPV4).or(() -> row.internalIp(Family.IPV6));
    }

    private void write(String key) {
        Endpoint endpoint = endpoints.get(key);
        if (endpoint == null) {
            delete(key);
            return;
        }
        Optional<Pod> pod = pods.find(endpoint.pod());
        Optional<IpAddress> address = nodeAddress();
        if (pod.isEmpty() || address.isEmpty()) {
            // Comes again with the pod, or with the node's address.
            return;
        }
        EndpointObject desired = new EndpointObject(endpoint, pod.get(), address.get());
        PodName owner = new PodName(
                endpoint.pod().namespace(),
                endpoint.pod().name(),
                pod.get().getMetadata().getUid());
        boolean first = written.put(key, owner) == null;
        if (first && create(desired)) {
            return;
        }
        GenericKubernetesResource current = object(endpoint.pod()).get();
        if (current == null) {
            create(desired);
            return;
        }
        Map<String, Object> patch = desired.patch(current.getMetadata().getLabels());
        if (!Merge.covers(kubernetes.getKubernetesSerialization().convertValue(current, Map.class), patch)) {
            String json = kubernetes.getKubernetesSerialization().asJson(patch);
            object(endpoint.pod()).patch(PatchContext.of(PatchType.JSON_MERGE), json);
        }
    }

    /// @return false if there is one already
    private boolean create(EndpointObject desired) {
        try {
            kubernetes
                    .genericKubernetesResources(Kinds.CILIUM_ENDPOINT)
                    .inNamespace(desired.endpoint().pod().namespace())
                    .resource(desired.whole(kubernetes.getKubernetesSerialization()))
                    .create();
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == 409) {
                return false;
            }
            throw e;
        }
    }

    private void delete(String key) {
        PodName pod = written.get(key);
        if (pod == null) {
            return;
        }
        GenericKubernetesResource current = object(pod).get();
        if (current != null
                && current.getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner -> owner.getUid().equals(pod.uid()))) {
            object(pod)
                    .lockResourceVersion(current.getMetadata().getResourceVersion())
                    .delete();
        }
        written.remove(key);
    }

    private Resource<GenericKubernetesResource> object(PodName pod) {
        return kubernetes
                .genericKubernetesResources(Kinds.CILIUM_ENDPOINT)
                .inNamespace(pod.namespace())
                .withName(pod.name());
    }

    private final class EndpointChanges implements PersistentMap.Diff<Integer, Endpoint> {
        @Override
        public void added(Integer id, Endpoint endpoint) {
            if (isPod(endpoint)) {
                endpoints.put(endpoint.pod().toString(), endpoint);
                work.due(endpoint.pod().toString());
            }
        }

        /// What was plugged in by hand belongs to no object.
        private static boolean isPod(Endpoint endpoint) {
            return !endpoint.pod().namespace().isEmpty();
        }

        /// A pod's new sandbox may be there before the old one is gone.
        @Override
        public void removed(Integer id, Endpoint endpoint) {
            if (isPod(endpoint)) {
                String key = endpoint.pod().toString();
                written.putIfAbsent(key, endpoint.pod());
                endpoints.remove(key, endpoint);
                work.due(key);
            }
        }

        @Override
        public void changed(Integer id, Endpoint before, Endpoint after) {
            if (!before.pod().equals(after.pod())) {
                removed(id, before);
            }
            added(id, after);
        }
    }

    @Override
    public void close() {
        follower.interrupt();
        work.close();
    }
}
