package io.stentor.kube.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.stentor.kube.Following;
import io.stentor.kube.Kinds;
import io.stentor.kube.KubeClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/// The nodes of the cluster as the API server shows them: Nodes, CiliumNodes and the agents' pods. Thread-safe.
final class NodeView implements AutoCloseable {

    private final Map<String, Node> nodes = new ConcurrentHashMap<>();
    private final Map<String, GenericKubernetesResource> ciliumNodes = new ConcurrentHashMap<>();
    private final Map<String, Pod> agents = new ConcurrentHashMap<>();
    private final AtomicInteger unlisted = new AtomicInteger(3);
    private final Consumer<String> changed;
    private final List<Following<?>> informers = new ArrayList<>();

    /// @param changed told the name of each node of which anything changed, once all three kinds were listed
    NodeView(Consumer<String> changed) {
        this.changed = changed;
    }

    /// @param agentPods labels of the agents' pods
    void start(KubeClient client, String namespace, Map<String, String> agentPods) {
        var kubernetes = client.kubernetes();
        informers.add(client.follow(kubernetes.nodes(), new Handler<>(nodes, NodeView::name)));
        informers.add(client.follow(
                kubernetes.genericKubernetesResources(Kinds.CILIUM_NODE), new Handler<>(ciliumNodes, NodeView::name)));
        informers.add(client.follow(
                kubernetes.pods().inNamespace(namespace).withLabels(agentPods),
                new Handler<>(
                        agents,
                        pod -> Optional.ofNullable(pod.getSpec().getNodeName()).orElse(""))));
    }

    private static String name(HasMetadata object) {
        return object.getMetadata().getName();
    }

    boolean isListed() {
        return unlisted.get() <= 0;
    }

    Set<String> names() {
        Set<String> names = new TreeSet<>(nodes.keySet());
        names.addAll(ciliumNodes.keySet());
        return names;
    }

    Optional<Node> node(String name) {
        return Optional.ofNullable(nodes.get(name));
    }

    Optional<GenericKubernetesResource> ciliumNode(String name) {
        return Optional.ofNullable(ciliumNodes.get(name));
    }

    /// The agent's pods on a node: none where agents are no pods.
    List<Pod> agents(String node) {
        return agents.values().stream()
                .filter(pod -> node.equals(pod.getSpec().getNodeName()))
                .toList();
    }

    private final class Handler<T extends HasMetadata> implements ResourceEventHandler<T> {
        private final Map<String, T> objects;
        private final Function<T, String> node;
        private boolean listed;

        Handler(Map<String, T> objects, Function<T, String> node) {
            this.objects = objects;
            this.node = node;
        }

        @Override
        public void onAdd(T object) {
            objects.put(name(object), object);
            tell(node.apply(object));
        }

        @Override
        public void onUpdate(T before, T object) {
            onAdd(object);
        }

        @Override
        public void onDelete(T object, boolean unseen) {
            objects.remove(name(object));
            tell(node.apply(object));
        }

        @Override
        public void onList(String resourceVersion, boolean remainedEmpty) {
            if (!listed) {
                listed = true;
                if (unlisted.decrementAndGet() == 0) {
                    names().forEach(changed);
                }
            }
        }

        private void tell(String name) {
            if (isListed() && !name.isEmpty()) {
                changed.accept(name);
            }
        }
    }

    @Override
    public void close() {
        informers.forEach(Following::close);
    }
}
