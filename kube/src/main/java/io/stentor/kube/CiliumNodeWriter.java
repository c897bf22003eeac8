package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.stentor.model.Cidr;
import io.stentor.model.Problem;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Keeps the agent's own CiliumNode as it should be: the addresses, labels and, with `ipam=kubernetes`, the pod CIDRs
/// of the Node, whose property it is; and whether the agent is ready ([Kinds#AGENT_READY]). Everything else in it is
/// the operator's or somebody else's, and stays.
public final class CiliumNodeWriter implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("cilium-node");

    private final KubernetesClient kubernetes;
    private final String name;
    private final IpamMode ipam;
    private final Retrying work;
    private final Following<Node> node;
    private final Following<GenericKubernetesResource> own;
    private volatile Optional<LocalNode> local = Optional.empty();
    private volatile Optional<GenericKubernetesResource> current = Optional.empty();
    private volatile boolean listed;
    private volatile boolean nodeGone;
    private volatile List<Problem> problems = List.of();
    private volatile Optional<Boolean> ready = Optional.empty();

    private CiliumNodeWriter(KubeClient client, String name, IpamMode ipam) {
        this.kubernetes = client.kubernetes();
        this.name = name;
        this.ipam = ipam;
        this.work = new Retrying("cilium-node", this::write);
        this.node = client.follow(kubernetes.nodes().withField("metadata.name", name), new NodeChanges());
        this.own = client.follow(
                kubernetes.genericKubernetesResources(Kinds.CILIUM_NODE).withField("metadata.name", name),
                new OwnChanges());
    }

    public static CiliumNodeWriter start(KubeClient client, String name, IpamMode ipam) {
        return new CiliumNodeWriter(client, name, ipam);
    }

    /// The own node, once Kubernetes has told of it.
    public Optional<LocalNode> local() {
        return local;
    }

    /// What is wrong with the own Node, as far as it concerns pods' network.
    public List<Problem> problems() {
        return nodeGone
                ? List.of(
                        new Problem("Node/" + name, "", "is gone: its CiliumNode goes with it, other nodes forget it"))
                : problems;
    }

    /// Says whether pods can be started here. Written soon, and again until it is. Before it is said for the first
    /// time,
    /// what the agent said in an earlier life holds: a restart is no reason to keep pods away.
    public void ready(boolean nowReady) {
        ready = Optional.of(nowReady);
        work.due(name);
    }

    private Resource<GenericKubernetesResource> object() {
        return kubernetes.genericKubernetesResources(Kinds.CILIUM_NODE).withName(name);
    }

    private void write(String unused) {
        if (local.isEmpty() || !listed || nodeGone) {
            return;
        }
        Map<String, Object> desired = desired(local.get());
        if (current.isEmpty()) {
            Map<String, Object> whole = new LinkedHashMap<>(desired);
            whole.put("apiVersion", "cilium.io/v2");
            whole.put("kind", "CiliumNode");
            String json = kubernetes.getKubernetesSerialization().asJson(whole);
            kubernetes
                    .genericKubernetesResources(Kinds.CILIUM_NODE)
                    .resource(kubernetes.getKubernetesSerialization().unmarshal(json, GenericKubernetesResource.class))
                    .create();
            LOG.log(Level.INFO, "created name=" + name);
        } else if (!Merge.covers(asMap(current.get()), desired)) {
            String json = kubernetes.getKubernetesSerialization().asJson(desired);
            object().patch(PatchContext.of(PatchType.JSON_MERGE), json);
            LOG.log(Level.DEBUG, "updated name=" + name);
        }
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> asMap(HasMetadata object) {
        return kubernetes.getKubernetesSerialization().convertValue(object, Map.class);
    }

    private Map<String, Object> desired(LocalNode from) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", name);
        metadata.put("labels", labels(from));
        if (ready.isPresent() || current.isEmpty()) {
            metadata.put("annotations", Map.of(Kinds.AGENT_READY, Boolean.toString(ready.orElse(false))));
        }
        metadata.put(
                "ownerReferences",
                List.of(Map.of("apiVersion", "v1", "kind", "Node", "name", name, "uid", from.uid())));
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put(
                "addresses",
                from.addresses().stream()
                        .map(a -> Map.of(
                                "type", a.type().toString(), "ip", a.address().toString()))
                        .toList());
        if (ipam == IpamMode.KUBERNETES) {
            spec.put(
                    "ipam",
                    Map.of(
                            "podCIDRs",
                            from.podCidrs().stream().map(Cidr::toString).toList()));
        }
        Map<String, Object> desired = new LinkedHashMap<>();
        desired.put("metadata", metadata);
        desired.put("spec", spec);
        return desired;
    }

    /// The Node's, and null for those that it has no longer.
    private Map<String, @Nullable String> labels(LocalNode from) {
        Map<String, @Nullable String> labels = new LinkedHashMap<>();
        current.map(object -> object.getMetadata().getLabels())
                .ifPresent(before -> before.keySet().forEach(label -> labels.put(label, null)));
        labels.putAll(from.labels());
        return labels;
    }

    private final class NodeChanges implements ResourceEventHandler<Node> {
        @Override
        public void onAdd(Node object) {
            Translated<LocalNode> translated = LocalNode.translate(object);
            nodeGone = false;
            problems = translated.problems();
            // Kubelets report often, and mostly the same.
            if (!local.equals(Optional.of(translated.rows()))) {
                local = Optional.of(translated.rows());
                work.due(name);
            }
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
