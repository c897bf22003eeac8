package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSpec;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.stentor.model.Problem;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Keeps the agent's own CiliumNode as it should be: the addresses, labels and, with `ipam=kubernetes`, the pod CIDRs
/// of the Node, whose property it is; and whether the agent is ready ([Kinds#AGENT_READY]). Everything else in it is
/// the operator's or somebody else's, and stays.
public final class CiliumNodeWriter implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("cilium-node");
    private static final String TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler";

    private final KubernetesClient kubernetes;
    private final String name;
    private final IpamMode ipam;
    private final Retrying work;
    private final Following<Node> node;
    private final Following<GenericKubernetesResource> own;
    private volatile Optional<LocalNode> local = Optional.empty();
    private volatile Optional<GenericKubernetesResource> current = Optional.empty();
    private volatile List<String> podCidrs = List.of();
    private final Consumer<LocalNode> listener;
    private volatile boolean listed;
    private volatile boolean nodeGone;
    private volatile boolean nodeLeaving;
    private volatile List<Problem> problems = List.of();
    private volatile Optional<Boolean> ready = Optional.empty();

    private CiliumNodeWriter(KubeClient client, String name, IpamMode ipam, Consumer<LocalNode> listener) {
        this.listener = listener;
        this.kubernetes = client.kubernetes();
        this.name = name;
        this.ipam = ipam;
        this.work = new Retrying("cilium-node", this::write);
        this.node = client.follow(kubernetes.nodes().withField("metadata.name", name), new NodeChanges());
        this.own = client.follow(
                kubernetes.genericKubernetesResources(Kinds.CILIUM_NODE).withField("metadata.name", name),
                new OwnChanges());
    }

    /// @param listener is told of the own Node when it is another than before
    public static CiliumNodeWriter start(KubeClient client, String name, IpamMode ipam, Consumer<LocalNode> listener) {
        return new CiliumNodeWriter(client, name, ipam, listener);
    }

    /// The own node, once Kubernetes has told of it.
    public Optional<LocalNode> local() {
        return local;
    }

    /// Whether the own Node is being deleted, or about to be: nobody should begin anything with it.
    public boolean isLeaving() {
        return nodeGone || nodeLeaving;
    }

    /// What is wrong with the own Node, as far as it concerns pods' network.
    public List<Problem> problems() {
        return nodeGone
                ? List.of(
                        new Problem("Node/" + name, "", "is gone: its CiliumNode goes with it, other nodes forget it"))
                : problems;
    }

    /// Says whether pods can be started here. Written soon, and again until it is. Before it is said for the
    /// first time, what the agent said in an earlier life holds: a restart is no reason to keep pods away.
    public void ready(boolean nowReady) {
        ready = Optional.of(nowReady);
        work.due(name);
    }

    private void write(String unused) {
        if (local.isEmpty() || !listed || nodeGone) {
            return;
        }
        KubernetesSerialization serialization = kubernetes.getKubernetesSerialization();
        NodeObject desired = new NodeObject(local.get(), ipam, ready);
        Optional<GenericKubernetesResource> there = current;
        if (there.isEmpty()) {
            kubernetes
                    .genericKubernetesResources(Kinds.CILIUM_NODE)
                    .resource(desired.whole(podCidrs, serialization))
                    .create();
            LOG.log(Level.INFO, "created name=" + name);
            return;
        }
        Map<String, Object> patch = desired.patch(there.get().getMetadata().getLabels());
        if (!Merge.covers(serialization.convertValue(there.get(), Map.class), patch)) {
            kubernetes
                    .genericKubernetesResources(Kinds.CILIUM_NODE)
                    .withName(name)
                    .patch(PatchContext.of(PatchType.JSON_MERGE), serialization.asJson(patch));
            LOG.log(Level.DEBUG, "updated name=" + name);
        }
    }

    private final class NodeChanges implements ResourceEventHandler<Node> {
        @Override
        public void onAdd(Node object) {
            Translated<LocalNode> translated = LocalNode.translate(object);
            nodeGone = false;
            nodeLeaving = isLeaving(object);
            problems = translated.problems();
            // Kubelets report often, and mostly the same.
            if (!local.equals(Optional.of(translated.rows()))) {
                local = Optional.of(translated.rows());
                listener.accept(translated.rows());
                work.due(name);
            }
        }

        /// Deleted, or marked by the autoscaler that is going to do it.
        private static boolean isLeaving(Node object) {
            List<Taint> taints = Optional.ofNullable(object.getSpec())
                    .map(NodeSpec::getTaints)
                    .orElse(List.of());
            return object.getMetadata().getDeletionTimestamp() != null
                    || taints.stream().anyMatch(taint -> TO_BE_DELETED.equals(taint.getKey()));
        }

        @Override
        public void onUpdate(Node before, Node object) {
            onAdd(object);
        }

        /// The CiliumNode goes with its owner and must not come back; for the agent, the last that was known of the
        /// Node holds.
        @Override
        public void onDelete(Node object, boolean unseen) {
            nodeGone = true;
        }
    }

    private final class OwnChanges implements ResourceEventHandler<GenericKubernetesResource> {
        @Override
        public void onAdd(GenericKubernetesResource object) {
            current = Optional.of(object);
            podCidrs = new Tree(object.getAdditionalProperties())
                    .at("spec", "ipam", "podCIDRs").items().stream()
                            .flatMap(cidr -> cidr.text().stream())
                            .toList();
            work.due(name);
        }

        @Override
        public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource object) {
            onAdd(object);
        }

        @Override
        public void onDelete(GenericKubernetesResource object, boolean unseen) {
            current = Optional.empty();
            work.due(name);
        }

        @Override
        public void onList(String resourceVersion, boolean remainedEmpty) {
            listed = true;
            work.due(name);
        }
    }

    @Override
    public void close() {
        node.close();
        own.close();
        work.close();
    }
}
