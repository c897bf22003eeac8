package io.stentor.kube.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.stentor.kube.CiliumNodes;
import io.stentor.kube.Kinds;
import io.stentor.kube.KubeClient;
import io.stentor.kube.OperatorSettings;
import io.stentor.kube.Retrying;
import io.stentor.kube.Tree;
import io.stentor.model.Cidr;
import io.stentor.model.Family;
import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Looks after every node: gives it its pod CIDRs, keeps its taint and condition in line with its agent, and removes
/// the CiliumNode whose Node is gone.
final class NodeChores implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("nodes");

    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final KubernetesClient kubernetes;
    private final OperatorSettings settings;
    private final Retrying work;
    private final NodeView view;
    private final NodeStatus status;

    /// This and the next two belong to the thread of `work`.
    private final PodCidrs cidrs;

    private final Map<String, String> errors = new HashMap<>();
    private boolean loaded;

    private boolean started;
    private boolean closed;
    private volatile Map<Family, Long> counts = Map.of();

    NodeChores(KubeClient client, OperatorSettings settings) {
        this.kubernetes = client.kubernetes();
        this.settings = settings;
        this.cidrs = new PodCidrs(settings.pools().pools());
        this.status = new NodeStatus(kubernetes, settings.chores().taints());
        this.work = new Retrying("nodes", this::look);
        this.view = new NodeView(work::due);
    }

    /// Begins to look; once is enough.
    synchronized void start(KubeClient client) {
        if (started || closed) {
            return;
        }
        started = true;
        view.start(
                client, settings.api().namespace(), settings.chores().taints().agentPods());
    }

    /// Looks at every node again.
    void all() {
        view.names().forEach(work::due);
    }

    /// How many nodes have a pod CIDR of each family.
    Map<Family, Long> counts() {
        return counts;
    }

    private void look(String name) {
        if (!loaded) {
            load();
        }
        Optional<GenericKubernetesResource> ciliumNode = view.ciliumNode(name);
        Optional<Node> node = view.node(name);
        if (ciliumNode.isEmpty()) {
            forget(name);
        } else if (node.isEmpty() && isOrphan(ciliumNode.get())) {
            delete(ciliumNode.get());
        } else {
            allocate(name, ciliumNode.get());
        }
        node.ifPresent(n -> status.update(n, ciliumNode, view.agents(name)));
    }

    /// What nodes have is noted before the first one is given something, in the order of age.
    private void load() {
        view.names().stream()
                .flatMap(name -> view.ciliumNode(name).stream())
                .sorted(Comparator.comparing((GenericKubernetesResource object) ->
                                Objects.requireNonNullElse(object.getMetadata().getCreationTimestamp(), ""))
                        .thenComparing(object -> object.getMetadata().getName()))
                .forEach(object -> cidrs.has(
                        object.getMetadata().getName(),
                        CiliumNodes.translate(object).rows().podCidrs()));
        loaded = true;
    }

    private void allocate(String name, GenericKubernetesResource object) {
        if (settings.pools().pools().isEmpty()) {
            return;
        }
        List<Cidr> has = CiliumNodes.translate(object).rows().podCidrs();
        if (!has.isEmpty()) {
            cidrs.has(name, has);
        }
        PodCidrs.Allocation allocation = cidrs.allocate(name);
        count();
        if (!allocation.cidrs().equals(has)) {
            List<String> texts = allocation.cidrs().stream().map(Cidr::toString).toList();
            patch(object(name), object, Map.of("spec", Map.of("ipam", Map.of("podCIDRs", texts))));
            LOG.log(Level.INFO, "gave pod CIDRs node=" + name + " podCIDRs=" + texts);
        }
        tell(name, object, String.join("; ", allocation.errors()));
    }

    private void count() {
        counts = Map.of(
                Family.IPV4, cidrs.count(Family.IPV4),
                Family.IPV6, cidrs.count(Family.IPV6));
    }

    /// Errors stand where the user looks: in the object, and in the log when they are new.
    private void tell(String name, GenericKubernetesResource object, String error) {
        String before = errors.getOrDefault(name, "");
        if (error.isEmpty()) {
            errors.remove(name);
        } else {
            errors.put(name, error);
            if (!error.equals(before)) {
                LOG.log(Level.WARNING, "node=" + name + " " + error);
            }
        }
        String written = new Tree(object.getAdditionalProperties())
                .at("status", "ipam", "operator-status", "error")
                .text()
                .orElse("");
        if (!written.equals(error)) {
            Map<String, Object> patch =
                    Map.of("status", Map.of("ipam", Map.of("operator-status", Map.of("error", error))));
            kubernetes
                    .genericKubernetesResources(Kinds.CILIUM_NODE)
                    .withName(name)
                    .subresource("status")
                    .patch(MERGE, kubernetes.getKubernetesSerialization().asJson(patch));
        }
    }

    private void forget(String name) {
        errors.remove(name);
        if (cidrs.release(name)) {
            // What was in the way, or had no room, may find it now.
            errors.keySet().forEach(work::due);
            count();
        }
    }

    private static boolean isOrphan(GenericKubernetesResource object) {
        return object.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> owner.getKind().equals("Node"));
    }

    private void delete(GenericKubernetesResource object) {
        String name = object.getMetadata().getName();
        boolean never = settings.chores().nodesGcInterval().isZero();
        if (never || kubernetes.nodes().withName(name).get() != null) {
            return;
        }
        object(name)
                .lockResourceVersion(object.getMetadata().getResourceVersion())
                .delete();
        LOG.log(Level.INFO, "removed the CiliumNode of a Node that is gone node=" + name);
    }

    private Resource<GenericKubernetesResource> object(String name) {
        return kubernetes.genericKubernetesResources(Kinds.CILIUM_NODE).withName(name);
    }

    /// Refused by the server when somebody wrote the object since we read it; the next look has the newer one.
    private void patch(
            Resource<GenericKubernetesResource> target, GenericKubernetesResource read, Map<String, Object> fields) {
        Map<String, Object> patch = new LinkedHashMap<>(fields);
        patch.put("metadata", Map.of("resourceVersion", read.getMetadata().getResourceVersion()));
        target.patch(MERGE, kubernetes.getKubernetesSerialization().asJson(patch));
    }

    @Override
    public synchronized void close() {
        closed = true;
        view.close();
        work.close();
    }
}
