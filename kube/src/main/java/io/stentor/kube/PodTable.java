package io.stentor.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.PersistentMap;
import io.stentor.model.Problem;
import io.stentor.model.RemotePod;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/// CiliumEndpoints as seen, on their way into the state: addresses of pods of other nodes. Owned by one thread.
///
/// An address that two objects claim belongs to the younger one (addresses are given again, and the object of a dead
/// node stays until it is collected), then to the one whose name sorts last. The address of a node is nobody else's:
/// a pod that claims it would take the node's traffic.
final class PodTable implements ObjectTable {

    private static final Comparator<Claim> YOUNGEST_LAST =
            Comparator.comparing((Claim c) -> c.created).thenComparing(c -> c.object);

    private final Map<String, Seen> objects = new HashMap<>();
    private final Map<IpAddress, TreeSet<Claim>> claims = new HashMap<>();
    private final Set<IpAddress> touched = new HashSet<>();
    private final Set<String> suspects = new HashSet<>();
    private Map<IpAddress, String> nodeAddresses = Map.of();
    private Set<IpAddress> own = Set.of();

    private record Claim(String object, String created, RemotePod row) {}

    private record Seen(List<Claim> claims, List<Problem> problems) {}

    @Override
    public Source source() {
        return Source.PODS;
    }

    /// What is said of a pod rests on what is known of its node.
    @Override
    public Set<Source> after() {
        return Set.of(Source.NODES);
    }

    private static String key(GenericKubernetesResource object) {
        return object.getMetadata().getNamespace() + "/" + object.getMetadata().getName();
    }

    @Override
    public void seen(GenericKubernetesResource object) {
        String key = key(object);
        String created = Objects.requireNonNullElse(object.getMetadata().getCreationTimestamp(), "");
        Translated<List<RemotePod>> pods = CiliumEndpoints.translate(object);
        List<Claim> made =
                pods.rows().stream().map(row -> new Claim(key, created, row)).toList();
        Seen now = new Seen(made, pods.problems());
        if (now.equals(objects.get(key))) {
            return;
        }
        gone(key);
        objects.put(key, now);
        for (Claim claim : made) {
            claims.computeIfAbsent(claim.row.address(), a -> new TreeSet<>(YOUNGEST_LAST))
                    .add(claim);
            touched.add(claim.row.address());
        }
    }

    @Override
    public void gone(GenericKubernetesResource object) {
        gone(key(object));
    }

    private void gone(String key) {
        Seen before = objects.remove(key);
        suspects.add(key);
        if (before == null) {
            return;
        }
        for (Claim claim : before.claims) {
            TreeSet<Claim> others = claims.get(claim.row.address());
            if (others != null && others.remove(claim) && others.isEmpty()) {
                claims.remove(claim.row.address());
            }
            touched.add(claim.row.address());
        }
    }

    /// Other nodes, or other addresses of them.
    void nodesAre(Collection<Node> nodes, String ownName) {
        Map<IpAddress, String> addresses = new HashMap<>();
        Set<IpAddress> mine = new HashSet<>();
        for (Node node : nodes) {
            for (NodeAddress address : node.addresses()) {
                addresses.put(address.address(), node.name());
                if (node.name().equals(ownName)) {
                    mine.add(address.address());
                }
            }
        }
        if (!mine.equals(own) || !addresses.equals(nodeAddresses)) {
            own = mine;
            nodeAddresses = addresses;
            touched.addAll(claims.keySet());
        }
    }

    @Override
    public State into(State state) {
        PersistentMap<IpAddress, RemotePod> rows = state.pods();
        for (IpAddress address : touched) {
            TreeSet<Claim> claimants = claims.get(address);
            if (claimants != null) {
                claimants.forEach(c -> suspects.add(c.object));
            }
            RemotePod row = claimants == null ? null : claimants.last().row;
            rows = row == null || own.contains(row.node()) || nodeAddresses.containsKey(address)
                    ? rows.minus(address)
                    : rows.plus(address, row);
        }
        State next = state.with(Table.PODS, rows);
        for (String object : suspects) {
            next = next.withProblems(Source.PODS, object, problems(object));
        }
        return next;
    }

    @Override
    public State alone(State state) {
        PersistentMap<IpAddress, RemotePod> rows = state.pods();
        for (IpAddress address : rows.keys().toList()) {
            rows = claims.containsKey(address) ? rows : rows.minus(address);
        }
        return state.with(Table.PODS, rows);
    }

    @Override
    public void told() {
        touched.clear();
        suspects.clear();
    }

    private List<Problem> problems(String object) {
        Seen seen = objects.get(object);
        if (seen == null) {
            return List.of();
        }
        List<Problem> problems = new ArrayList<>(seen.problems);
        for (Claim claim : seen.claims) {
            IpAddress address = claim.row.address();
            TreeSet<Claim> claimants = claims.get(address);
            Claim owner = claimants == null ? claim : claimants.last();
            String node = nodeAddresses.get(address);
            if (node != null) {
                problems.add(problem(object, address + " is an address of node " + node + ": left out"));
            } else if (!owner.row.node().equals(claim.row.node())) {
                // On one node an address goes from a pod to the next before the first one's object is gone.
                problems.add(problem(object, address + " belongs to the younger " + owner.object + ": left out"));
            }
        }
        return problems;
    }

    private static Problem problem(String object, String reason) {
        return new Problem("CiliumEndpoint/" + object, "status.networking.addressing", reason);
    }
}
