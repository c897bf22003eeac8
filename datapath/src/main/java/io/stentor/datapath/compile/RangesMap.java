package io.stentor.datapath.compile;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Identity;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.Range;
import io.stentor.bpf.generated.RangeKey;
import io.stentor.bpf.generated.RangeKind;
import io.stentor.model.Cidr;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.Table;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The map `ranges`. A range belongs to the node that has it as a pod CIDR, of two nodes to the one whose name sorts
/// first; what no node has may be reached without masquerading.
final class RangesMap implements MapFamily<Cidr, RangeKey, Range> {
    private static final Range UNMASQUERADED = new Range(Bytes16.ZERO, Identity.WORLD, RangeKind.UNMASQUERADED, 0);

    private final MapSettings settings;

    RangesMap(MapSettings settings) {
        this.settings = settings;
    }

    @Override
    public MapSpec<RangeKey, Range> map() {
        return Maps.RANGES;
    }

    @Override
    public Stream<Cidr> always() {
        return settings.unmasqueraded().stream();
    }

    @Override
    public Stream<Cidr> concerned(Change change) {
        return Stream.concat(
                change.rows(Table.NODES).flatMap(node -> node.podCidrs().stream()), change.rows(Table.UNMASQUERADED));
    }

    @Override
    public Map<RangeKey, Range> entries(Cidr range, Facts facts) {
        Optional<Range> pods = facts.first(Facts.NODES_BY_POD_CIDR, range).map(node -> podsOf(node, range));
        boolean unmasqueraded = settings.unmasqueraded().contains(range)
                || facts.state().table(Table.UNMASQUERADED).containsKey(range);
        return pods.or(() -> unmasqueraded ? Optional.of(UNMASQUERADED) : Optional.empty())
                .map(entry -> Map.of(Keys.of(range), entry))
                .orElse(Map.of());
    }

    private Range podsOf(Node node, Cidr range) {
        if (node.name().equals(settings.node())) {
            return new Range(Bytes16.ZERO, Identity.INIT, RangeKind.LOCAL_PODS, 0);
        }
        Optional<IpAddress> hop = settings.hop(node, range.family());
        return new Range(
                hop.map(Keys::bytes).orElse(Bytes16.ZERO),
                Identity.INIT,
                RangeKind.REMOTE_PODS,
                hop.map(h -> Keys.number(h.family())).orElse(0));
    }
}
