package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
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
    private final String node;
    private final Store store;
    private final Retrying work;
    private final Following<Pod> informer;
    private final Thread follower;
    private final Map<String, Endpoint> endpoints = new ConcurrentHashMap<>();
    private final Map<String, Pod> pods = new ConcurrentHashMap<>();

    /// Pods whose object may be there and be ours.
    private final Map<String, PodName> written = new ConcurrentHashMap<>();

    private CiliumEndpointWriter(KubeClient client, String node, Store store) {
        this.kubernetes = client.kubernetes();
        this.node = node;
        this.store = store;
        this.work = new Retrying("cilium-endpoint", this::write);
        this.informer =
                client.follow(kubernetes.pods().inAnyNamespace().withField("spec.nodeName", node), new PodChanges());
        this.follower = Thread.ofVirtual().name("cilium-endpoints").start(this::follow);
    }

    /// @param node  name of the agent's own node, whose address the objects carry: they wait until it is in the store
    /// @param store has the endpoints
    public static CiliumEndpointWriter start(KubeClient client, String node, Store store) {
        return new CiliumEndpointWriter(client, node, store);
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
        Node row = store.current().nodes().get(node);
        return row == null ? Optional.empty() : row.internalIp(Family.IPV4).or(() -> row.internalIp(Family.IPV6));
    }

    private void write(String key) {
        Endpoint endpoint = endpoints.get(key);
        if (endpoint == null) {
            delete(key);
            return;
        }
        Pod pod = pods.get(key);
        Optional<IpAddress> address = nodeAddress();
        if (pod == null
                || address.isEmpty()
                || !pod.getMetadata().getUid().equals(endpoint.pod().uid())) {
            // Comes again with the pod, or with the node's address.
            return;
        }
        EndpointObject desired = new EndpointObject(endpoint, pod, address.get());
        boolean first = written.put(key, endpoint.pod()) == null;
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
            endpoints.put(endpoint.pod().toString(), endpoint);
            work.due(endpoint.pod().toString());
        }

        /// A pod's new sandbox may be there before the old one is gone.
        @Override
        public void removed(Integer id, Endpoint endpoint) {
            String key = endpoint.pod().toString();
            written.putIfAbsent(key, endpoint.pod());
            endpoints.remove(key, endpoint);
            work.due(key);
        }

        @Override
        public void changed(Integer id, Endpoint before, Endpoint after) {
            if (!before.pod().equals(after.pod())) {
                removed(id, before);
            }
            added(id, after);
        }
    }

    private final class PodChanges implements ResourceEventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {
            String key =
                    pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
            pods.put(key, pod);
            if (endpoints.containsKey(key)) {
                work.due(key);
            }
        }

        @Override
        public void onUpdate(Pod before, Pod pod) {
            onAdd(pod);
        }

        @Override
        public void onDelete(Pod pod, boolean unseen) {
            pods.remove(
                    pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName());
        }
    }

    @Override
    public void close() {
        informer.close();
        follower.interrupt();
        work.close();
    }
}
