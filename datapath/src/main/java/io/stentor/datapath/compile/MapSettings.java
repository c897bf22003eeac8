package io.stentor.datapath.compile;

import io.stentor.model.Cidr;
import io.stentor.model.Family;
import java.util.List;

/// What the images depend on beside the state.
///
/// @param node          this node's name
/// @param underlay      the family that the tunnel runs over
/// @param unmasqueraded ranges outside the cluster that pods reach with their own address
public record MapSettings(String node, Family underlay, List<Cidr> unmasqueraded) {
    public MapSettings {
        unmasqueraded = List.copyOf(unmasqueraded);
    }
}
