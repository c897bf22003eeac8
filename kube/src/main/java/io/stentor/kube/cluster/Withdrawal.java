package io.stentor.kube.cluster;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.stentor.kube.ApiSettings;
import io.stentor.kube.Kinds;
import io.stentor.kube.KubeClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// What the cluster knows of Stentor on one node, for `stentor uninstall` to take away: the Node's taint and condition
/// and its CiliumNode, by which the other nodes send to it; and, only if it is asked for, the definitions of the kinds,
/// with which all their objects go, those of users included.
///
/// Agents may not do this (`rbac.yaml`): the kubeconfig is an administrator's.
public final class Withdrawal implements AutoCloseable {
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final KubeClient client;
    private final KubernetesClient kubernetes;
    private final String node;

    /// Something that is there.
    ///
    /// @param change what becomes of it
    /// @param work   does it; throws [KubernetesClientException]
    public record Part(String kind, String name, String change, Runnable work) {}

    Withdrawal(KubeClient client, String node) {
        this.client = client;
        this.kubernetes = client.kubernetes();
        this.node = node;
    }

    /// @param node name of the Node
    /// @throws IllegalArgumentException with a sentence, when the kubeconfig cannot be used
    public static Withdrawal open(Path kubeconfig, String node) {
        ApiSettings settings = new ApiSettings(Optional.of(kubeconfig), 50, 100, "kube-system");
        return new Withdrawal(KubeClient.open(settings), node);
    }

    /// What is there now.
    ///
    /// @param taint       its key
    /// @param definitions whether these are to go, too
    /// @throws IOException with a sentence, when the API server does not answer
    public List<Part> parts(String taint, boolean definitions) throws IOException {
        try {
            List<Part> parts = new ArrayList<>();
            // First: by what it says of the agent, the operator writes the others.
            var own = kubernetes.genericKubernetesResources(Kinds.CILIUM_NODE).withName(node);
            if (own.get() != null) {
                parts.add(new Part("CiliumNode", node, "deleted", own::delete));
            }
            Node there = kubernetes.nodes().withName(node).get();
            if (there != null) {
                if (taints(there).stream().anyMatch(t -> t.getKey().equals(taint))) {
                    parts.add(new Part("taint", node + " " + taint, "removed", () -> removeTaint(taint)));
                }
                if (conditions(there).stream().anyMatch(Withdrawal::isOurs)) {
                    parts.add(new Part("condition", node + " NetworkUnavailable", "removed", this::removeCondition));
                }
            }
            if (definitions) {
                addDefinitions(parts);
            }
            return parts;
        } catch (KubernetesClientException refused) {
            throw new IOException(reason(refused), refused);
        }
    }

    private void addDefinitions(List<Part> parts) {
        var all = kubernetes.apiextensions().v1().customResourceDefinitions();
        for (var ours : Crds.manifests(kubernetes.getKubernetesSerialization())) {
            String name = ours.getMetadata().getName();
            if (all.withName(name).get() != null) {
                parts.add(new Part(
                        "CRD",
                        name,
                        "deleted with all its objects",
                        () -> all.withName(name).delete()));
            }
        }
    }

    /// What went wrong, for people.
    public String reason(RuntimeException failure) {
        return client.problem()
                .map(problem -> problem.reason())
                .orElseGet(() -> failure instanceof KubernetesClientException refused && refused.getStatus() != null
                        ? String.valueOf(refused.getStatus().getMessage())
                        : String.valueOf(failure.getMessage()));
    }

    private void removeTaint(String key) {
        Node there = kubernetes.nodes().withName(node).get();
        if (there != null) {
            List<Taint> left = without(taints(there), taint -> taint.getKey().equals(key));
            kubernetes.nodes().withName(node).patch(MERGE, patch(there, "spec", Map.of("taints", left)));
        }
    }

    private void removeCondition() {
        Node there = kubernetes.nodes().withName(node).get();
        if (there != null) {
            Map<String, Object> left = Map.of("conditions", without(conditions(there), Withdrawal::isOurs));
            kubernetes.nodes().withName(node).subresource("status").patch(MERGE, patch(there, "status", left));
        }
    }

    /// Lists are replaced as a whole, so the server must refuse when somebody else changed them.
    private String patch(Node there, String part, Object value) {
        Map<String, Object> version =
                Map.of("resourceVersion", there.getMetadata().getResourceVersion());
        return kubernetes.getKubernetesSerialization().asJson(Map.of("metadata", version, part, value));
    }

    private static <T> List<T> without(List<T> all, Predicate<T> gone) {
        return all.stream().filter(gone.negate()).toList();
    }

    private static List<Taint> taints(Node there) {
        return there.getSpec() == null || there.getSpec().getTaints() == null
                ? List.of()
                : there.getSpec().getTaints();
    }

    private static List<NodeCondition> conditions(Node there) {
        return there.getStatus() == null || there.getStatus().getConditions() == null
                ? List.of()
                : there.getStatus().getConditions();
    }

    private static boolean isOurs(NodeCondition condition) {
        return condition.getType().equals("NetworkUnavailable") && NodeStatus.REASON.equals(condition.getReason());
    }

    @Override
    public void close() {
        client.close();
    }
}
