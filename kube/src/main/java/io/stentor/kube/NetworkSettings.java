package io.stentor.kube;

import io.stentor.model.Family;
import java.util.Set;

/// How packets go.
///
/// @param families the address families of pods; never empty
public record NetworkSettings(
        Set<Family> families,
        IpamMode ipam,
        RoutingSettings routing,
        MasqueradeSettings masquerade,
        LinkSettings links) {

    public boolean has(Family family) {
        return families.contains(family);
    }
}
