package io.stentor.datapath.compile;

import io.stentor.model.Cidr;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.Node;
import java.util.List;
import java.util.Optional;

/// What the images depend on beside the state.
///
/// @param node          this node's name
/// @param tunnel        the family that the tunnel runs over; empty in native routing
/// @param unmasqueraded ranges outside the cluster that pods reach with their own address
/// @param services      how services are served
public record MapSettings(String node, Optional<Family> tunnel, List<Cidr> unmasqueraded, ServiceTerms services) {
    public MapSettings {
        unmasqueraded = List.copyOf(unmasqueraded);
    }

    /// With services as Kubernetes has them.
    public MapSettings(String node, Optional<Family> tunnel, List<Cidr> unmasqueraded) {
        this(node, tunnel, unmasqueraded, ServiceTerms.USUAL);
    }

    /// Where packets of a family go that are for a pod of this node: to the end of its tunnel, or in native routing to
    /// its address of that family.
    Optional<IpAddress> hop(Node node, Family family) {
        return node.internalIp(tunnel.orElse(family));
    }
}
