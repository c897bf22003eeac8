package io.stentor.datapath.compile;

import io.stentor.model.HostAddress;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import io.stentor.model.NodeAddress;
import io.stentor.model.OwnNode;
import io.stentor.model.Table;
import java.util.Optional;
import java.util.stream.Stream;

/// At which of this node's addresses node ports are open. What the node says of itself comes before the configuration.
record NodePortPlaces(MapSettings settings) {

    /// @param address one of this node's
    boolean has(IpAddress address, Facts facts) {
        ServiceTerms.NodePorts configured = settings.services().nodePorts();
        return switch (said(facts)) {
            case ALL -> true;
            case INTERNAL_IPS -> isInternal(address, facts);
            case AS_CONFIGURED -> {
                if (configured.internalIps()) {
                    yield isInternal(address, facts);
                }
                yield configured.ranges().isEmpty()
                        ? isPrimary(address, facts)
                        : configured.ranges().stream().anyMatch(range -> range.contains(address));
            }
        };
    }

    private OwnNode.NodePorts said(Facts facts) {
        return facts.ownNode(settings.node()).map(OwnNode::nodePorts).orElse(OwnNode.NodePorts.AS_CONFIGURED);
    }

    private Stream<NodeAddress> own(Facts facts) {
        return Stream.ofNullable(facts.state().nodes().get(settings.node()))
                .map(Node::addresses)
                .flatMap(addresses -> addresses.stream());
    }

    private boolean isInternal(IpAddress address, Facts facts) {
        return own(facts)
                .anyMatch(a ->
                        a.type() == NodeAddress.Type.INTERNAL_IP && a.address().equals(address));
    }

    /// What the node is known by, and no device of it has, is brought to it by others' doing, and counts.
    private boolean isPrimary(IpAddress address, Facts facts) {
        return Optional.ofNullable(facts.state().table(Table.HOST_ADDRESSES).get(address))
                .map(HostAddress::primary)
                .orElse(true);
    }

    /// Addresses of this node for which the answer may be another after a change of what it does not stand in itself.
    Stream<IpAddress> concerned(Change change) {
        boolean same = said(change.before()) == said(change.after());
        return same
                ? Stream.empty()
                : Stream.concat(
                        own(change.after()).map(NodeAddress::address),
                        change.after().state().table(Table.HOST_ADDRESSES).keys());
    }
}
