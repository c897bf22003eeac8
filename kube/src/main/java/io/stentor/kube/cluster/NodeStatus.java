package io.stentor.kube.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.stentor.kube.Kinds;
import io.stentor.kube.TaintSettings;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Tells the scheduler, by taint and condition of a Node, whether pods can be started there.
///
/// The agent says of itself whether it is ready ([Kinds#AGENT_READY]). Where agents are pods, one that is scheduled to
/// the node and does not run overrules that: a dead agent cannot take its word back.
final class NodeStatus {

    static final String REASON = "StentorIsUp";

    private static final System.Logger LOG = System.getLogger("nodes");

    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final KubernetesClient kubernetes;
    private final TaintSettings settings;

    NodeStatus(KubernetesClient kubernetes, TaintSettings settings) {
        this.kubernetes = kubernetes;
        this.settings = settings;
    }

    enum Agent {
        READY,
        DOWN,
        /// There is none, or it has not said anything yet: nothing is changed.
        UNKNOWN
    }

    static Agent agent(Optional<GenericKubernetesResource> ciliumNode, List<Pod> pods) {
        boolean runs = pods.isEmpty() || pods.stream().anyMatch(NodeStatus::runs);
        String said = ciliumNode
                .map(object -> object.getMetadata().getAnnotations())
                .map(annotations -> annotations.get(Kinds.AGENT_READY))
                .orElse("");
        if (!runs || said.equals("false")) {
            return Agent.DOWN;
        }
        return said.equals("true") ? Agent.READY : Agent.UNKNOWN;
    }

    /// A pod in a crash loop is in the phase Running all the same.
    private static boolean runs(Pod pod) {
        PodStatus status = pod.getStatus();
        return status != null
                && "Running".equals(status.getPhase())
                && (status.getContainerStatuses() == null
                        || status.getContainerStatuses().stream()
                                .allMatch(c ->
                                        c.getState() == null || c.getState().getRunning() != null));
    }

    /// Writes at most once; what is left to do is done when the change comes back.
    ///
    /// @param ciliumNode the node's
    /// @param pods       the agent's on this node
    void update(Node node, Optional<GenericKubernetesResource> ciliumNode, List<Pod> pods) {
        switch (agent(ciliumNode, pods)) {
            case READY -> {
                // One write at a time: the second would carry a version that the first has made an old one.
                boolean wrote = settings.remove() && removeTaint(node);
                if (!wrote && settings.condition()) {
                    writeCondition(node);
                }
            }
            case DOWN -> {
                if (settings.set()) {
                    setTaint(node);
                }
            }
            case UNKNOWN -> {}
        }
    }

    private boolean removeTaint(Node node) {
        List<Taint> taints = taints(node);
        List<Taint> left =
                taints.stream().filter(t -> !t.getKey().equals(settings.key())).toList();
        if (left.size() == taints.size()) {
            return false;
        }
        patchTaints(node, left);
        LOG.log(Level.INFO, "the agent is ready: removed the taint node=" + name(node) + " key=" + settings.key());
        return true;
    }

    private void setTaint(Node node) {
        List<Taint> taints = taints(node);
        if (taints.stream().noneMatch(t -> t.getKey().equals(settings.key()))) {
            List<Taint> more = new ArrayList<>(taints);
            more.add(new TaintBuilder()
                    .withKey(settings.key())
                    .withEffect("NoSchedule")
                    .build());
            patchTaints(node, more);
            LOG.log(Level.INFO, "the agent is down: set the taint node=" + name(node) + " key=" + settings.key());
        }
    }

    private static List<Taint> taints(Node node) {
        return node.getSpec() == null || node.getSpec().getTaints() == null
                ? List.of()
                : node.getSpec().getTaints();
    }

    private static String name(Node node) {
        return node.getMetadata().getName();
    }

    /// The list is replaced as a whole, so the server must refuse when somebody else changed it.
    private void patchTaints(Node node, List<Taint> taints) {
        Map<String, Object> patch = Map.of("metadata", version(node), "spec", Map.of("taints", taints));
        kubernetes
                .nodes()
                .withName(name(node))
                .patch(MERGE, kubernetes.getKubernetesSerialization().asJson(patch));
    }

    private void writeCondition(Node node) {
        List<NodeCondition> conditions =
                node.getStatus() == null || node.getStatus().getConditions() == null
                        ? List.of()
                        : node.getStatus().getConditions();
        boolean written = conditions.stream()
                .anyMatch(c -> c.getType().equals("NetworkUnavailable")
                        && c.getStatus().equals("False")
                        && REASON.equals(c.getReason()));
        if (written) {
            return;
        }
        List<NodeCondition> all = new ArrayList<>(conditions);
        all.removeIf(c -> c.getType().equals("NetworkUnavailable"));
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        all.add(new NodeConditionBuilder()
                .withType("NetworkUnavailable")
                .withStatus("False")
                .withReason(REASON)
                .withMessage("Stentor is running on this node")
                .withLastHeartbeatTime(now)
                .withLastTransitionTime(now)
                .build());
        Map<String, Object> patch = Map.of("metadata", version(node), "status", Map.of("conditions", all));
        kubernetes
                .nodes()
                .withName(name(node))
                .subresource("status")
                .patch(MERGE, kubernetes.getKubernetesSerialization().asJson(patch));
    }

    private static Map<String, String> version(Node node) {
        return Map.of("resourceVersion", node.getMetadata().getResourceVersion());
    }
}
