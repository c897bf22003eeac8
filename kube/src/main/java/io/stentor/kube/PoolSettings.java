package io.stentor.kube;

import io.stentor.model.Family;
import java.util.List;
import java.util.Optional;

/// The operator's part of IPAM.
///
/// @param pools one of each enabled family in [IpamMode#CLUSTER_POOL], empty in other modes
public record PoolSettings(IpamMode mode, List<Pool> pools) {

    public Optional<Pool> pool(Family family) {
        return pools.stream().filter(p -> p.family() == family).findFirst();
    }
}
