package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
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
import java.util.function.Predicate;

/// CiliumNodes as seen, on their way into the state. Owned by one thread.
final class NodeTable implements ObjectTable {

    private final String own;
    private final Predicate<IpAddress> isHere;
    private final Map<String, NodeClaims.Claim> claims = new HashMap<>();

    /// The own node as it was when it last spoke of this host.
    private Optional<Node> trusted = Optional.empty();

    private final Map<String, List<Problem>> problems = new HashMap<>();
    private Map<String, Translated<Node>> settled = Map.of();
    private final Set<String> forgotten = new HashSet<>();
    private List<Problem> doubts = List.of();
    private boolean changed;
    private boolean untold;

    /// @param own    name of the agent's own node
    /// @param isHere whether this host has an address
    NodeTable(String own, Predicate<IpAddress> isHere) {
        this.own = own;
        this.isHere = isHere;
    }

    @Override
    public Source source() {
        return Source.NODES;
    }

    @Override
    public Set<Source> after() {
        return Set.of();
    }

    @Override
    public void seen(GenericKubernetesResource object) {
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

    @Override
    public void gone(GenericKubernetesResource object) {
        String name = object.getMetadata().getName();
        if (name.equals(own)) {
            // This agent is the proof that its node is there.
            problems.put(name, List.of(new Problem("CiliumNode/" + name, "", "was deleted; what it said still holds")));
            changed = true;
            return;
        }
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
        untold = true;
        doubts = List.of();
        Map<String, NodeClaims.Claim> believed = new HashMap<>(claims);
        believed.computeIfPresent(own, (name, claim) -> new NodeClaims.Claim(believed(claim.node()), claim.created()));
        settled = NodeClaims.settle(believed.values(), own);
        return true;
    }

    /// The host's addresses are others than before, perhaps.
    void hostChanged() {
        changed = true;
    }

    /// The own node's object may be written by another host that claims its name. Then none of its addresses is here:
    /// those that were, and still are, are believed instead.
    private Node believed(Node now) {
        if (internal(now).isEmpty() || internal(now).stream().anyMatch(isHere)) {
            trusted = Optional.of(now);
            return now;
        }
        List<IpAddress> before = trusted.map(NodeTable::internal).orElse(List.of()).stream()
                .filter(isHere)
                .toList();
        if (before.isEmpty()) {
            return now;
        }
        String reason = internal(now).getFirst() + " is no address of this host, which keeps " + before.getFirst()
                + ": another host claims the name " + own + ", or the kubelet's --node-ip is wrong";
        doubts = List.of(new Problem("CiliumNode/" + own, "spec.addresses", reason));
        return new Node(own, trusted.orElseThrow().addresses(), now.podCidrs());
    }

    private static List<IpAddress> internal(Node node) {
        return node.addresses().stream()
                .filter(a -> a.type() == NodeAddress.Type.INTERNAL_IP)
                .map(NodeAddress::address)
                .toList();
    }

    Map<String, Translated<Node>> settled() {
        return settled;
    }

    /// The state with all settled nodes and their problems, if they are not told.
    @Override
    public State into(State state) {
        if (!untold) {
            return state;
        }
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
            if (node.getKey().equals(own)) {
                all.addAll(doubts);
            }
            next = next.withProblems(Source.NODES, node.getKey(), all);
        }
        return next.with(Table.NODES, rows);
    }

    @Override
    public State alone(State state) {
        PersistentMap<String, Node> rows = state.nodes();
        for (String name : rows.keys().toList()) {
            rows = settled.containsKey(name) ? rows : rows.minus(name);
        }
        return state.with(Table.NODES, rows);
    }

    @Override
    public void told() {
        untold = false;
        forgotten.clear();
    }
}
