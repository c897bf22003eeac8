package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.Node;
import io.stentor.model.PersistentMap;
import io.stentor.model.Problem;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// CiliumNodes as seen, on their way into the state. Owned by one thread.
final class NodeTable {

    private final String own;
    private final Map<String, NodeClaims.Claim> claims = new HashMap<>();
    private final Map<String, List<Problem>> problems = new HashMap<>();
    private Map<String, Translated<Node>> settled = Map.of();
    private final Set<String> forgotten = new HashSet<>();
    private boolean changed;

    NodeTable(String own) {
        this.own = own;
    }

    void seen(GenericKubernetesResource object) {
        Translated<Node> node = CiliumNodes.translate(object);
        String name = node.rows().name();
        List<Problem> found = new ArrayList<>(node.problems());
        if (name.equals(own)) {
            operatorError(object).ifPresent(found::add);
        }
        String created = object.getMetadata().getCreationTimestamp();
        NodeClaims.Claim claim = new NodeClaims.Claim(node.rows(), created == null ? "" : created);
        boolean sameClaim = claim.equals(claims.put(name, claim));
        boolean sameProblems = found.equals(problems.put(name, found));
        changed |= !sameClaim || !sameProblems;
    }

    /// What the operator could not do for a node stands in its object, and concerns that node alone.
    private static Optional<Problem> operatorError(GenericKubernetesResource object) {
        String field = "status.ipam.operator-status.error";
        return new Tree(object.getAdditionalProperties())
                .at(field.split("\\.", -1))
                .text()
                .filter(error -> !error.isEmpty())
                .map(error -> new Problem(
                        "CiliumNode/" + object.getMetadata().getName(), field, "the operator says: " + error));
    }

    void gone(String name) {
        changed |= claims.remove(name) != null;
        forgotten.add(name);
        problems.remove(name);
    }

    /// The nodes without what belongs to another. All of them are held against each other again: they change rarely.
    ///
    /// @return whether anything changed since the last time
    boolean settle() {
        if (!changed) {
            return false;
        }
        changed = false;
        settled = NodeClaims.settle(claims.values(), own);
        return true;
    }

    Map<String, Translated<Node>> settled() {
        return settled;
    }

    /// The state with these nodes and their problems.
    State into(State state) {
        PersistentMap<String, Node> rows = state.nodes();
        State next = state;
        for (String name : forgotten) {
            rows = rows.minus(name);
            next = next.withProblems(Source.NODES, name, List.of());
        }
        for (Map.Entry<String, Translated<Node>> node : settled.entrySet()) {
            rows = rows.plus(node.getKey(), node.getValue().rows());
            List<Problem> all = new ArrayList<>(problems.getOrDefault(node.getKey(), List.of()));
            all.addAll(node.getValue().problems());
            next = next.withProblems(Source.NODES, node.getKey(), all);
        }
        return next.with(Table.NODES, rows);
    }

    /// Forgets what [#into] has told.
    void told() {
        forgotten.clear();
    }
}
