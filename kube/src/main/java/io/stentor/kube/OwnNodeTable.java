package io.stentor.kube;

import io.stentor.model.OwnNode;
import io.stentor.model.Problem;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Table;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The agent's own Node on its way into the state: where it is, and where its node ports are open. Owned by one thread.
final class OwnNodeTable implements StateTable {

    private static final String ZONE = "topology.kubernetes.io/zone";

    /// Whether node ports are open at the InternalIP alone.
    private static final String BINDING = "node.deckhouse.io/nodeport-bind-internal-ip";

    private Optional<Translated<OwnNode>> node = Optional.empty();
    private boolean untold;

    @Override
    public Source source() {
        return Source.OWN_NODE;
    }

    @Override
    public Set<Source> after() {
        return Set.of();
    }

    void seen(LocalNode seen) {
        Optional<Translated<OwnNode>> now = Optional.of(translate(seen));
        untold |= !now.equals(node);
        node = now;
    }

    private static Translated<OwnNode> translate(LocalNode seen) {
        Map<String, String> annotations = seen.annotations();
        String binding = annotations.getOrDefault(BINDING, "");
        OwnNode.NodePorts places = switch (binding) {
            case "true" -> OwnNode.NodePorts.INTERNAL_IPS;
            case "false" -> OwnNode.NodePorts.ALL;
            default -> OwnNode.NodePorts.AS_CONFIGURED;
        };
        boolean wrong = places == OwnNode.NodePorts.AS_CONFIGURED && !binding.isEmpty();
        return new Translated<>(
                new OwnNode(seen.name(), seen.labels().getOrDefault(ZONE, ""), places),
                wrong
                        ? List.of(new Problem(
                                "Node/" + seen.name(),
                                "metadata.annotations[" + BINDING + "]",
                                "'" + binding + "' is neither true nor false: as if it were not there"))
                        : List.of());
    }

    @Override
    public State into(State state) {
        if (!untold || node.isEmpty()) {
            return state;
        }
        return state.with(Table.OWN_NODE, node.get().rows())
                .withProblems(
                        Source.OWN_NODE, node.get().rows().name(), node.get().problems());
    }

    /// There is one, which replaces what was known of it.
    @Override
    public State alone(State state) {
        return state;
    }

    @Override
    public void told() {
        untold = false;
    }
}
