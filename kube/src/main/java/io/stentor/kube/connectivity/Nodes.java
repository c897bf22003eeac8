package io.stentor.kube.connectivity;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Taint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Which nodes a run is made on. Pure.
final class Nodes {

    private static final Set<String> REPELLING = Set.of("NoSchedule", "NoExecute");

    private Nodes() {}

    /// @param wanted       names; none: those that pods are scheduled to, in their names' order
    /// @param architecture that there is a probe for
    /// @return one or two names
    /// @throws ConnectivityFailure if there is none, or one that is wanted will not do
    static List<String> choose(List<Node> all, List<String> wanted, String architecture) {
        List<Node> chosen = wanted.isEmpty() ? ready(all) : named(all, wanted);
        if (chosen.isEmpty()) {
            throw ConnectivityFailure.ofCluster("no node is ready for pods: 'kubectl get nodes' shows them");
        }
        chosen.forEach(node -> {
            String is = node.getStatus().getNodeInfo().getArchitecture();
            if (!is.equals(architecture)) {
                throw ConnectivityFailure.ofUse("node " + name(node) + " is " + is + ", and this build has a probe for "
                        + architecture + " alone: choose others with --nodes, or use a build made on " + is);
            }
        });
        return chosen.stream().map(Nodes::name).limit(2).toList();
    }

    private static List<Node> ready(List<Node> all) {
        return all.stream()
                .filter(Nodes::isReady)
                .filter(node -> !Boolean.TRUE.equals(node.getSpec().getUnschedulable()))
                .filter(node -> taints(node).stream().noneMatch(taint -> REPELLING.contains(taint.getEffect())))
                .sorted(Comparator.comparing(Nodes::name))
                .toList();
    }

    private static List<Node> named(List<Node> all, List<String> wanted) {
        List<Node> found = new ArrayList<>();
        for (String name : wanted) {
            Node node = all.stream()
                    .filter(each -> name(each).equals(name))
                    .findFirst()
                    .orElseThrow(() -> ConnectivityFailure.ofUse("there is no node '" + name + "'"));
            if (!isReady(node)) {
                throw ConnectivityFailure.ofCluster("node " + name + " is not ready");
            }
            found.add(node);
        }
        return found;
    }

    private static boolean isReady(Node node) {
        return node.getStatus().getConditions().stream()
                .anyMatch(condition -> condition.getType().equals("Ready")
                        && condition.getStatus().equals("True"));
    }

    private static List<Taint> taints(Node node) {
        return Objects.requireNonNullElse(node.getSpec().getTaints(), List.of());
    }

    private static String name(Node node) {
        return node.getMetadata().getName();
    }
}
