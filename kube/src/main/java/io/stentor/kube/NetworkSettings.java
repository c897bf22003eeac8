package io.stentor.kube;

import io.stentor.model.Family;
import java.util.Set;

/// How packets go.
public record NetworkSettings(
        PodSettings pods,
        RoutingSettings routing,
        MasqueradeSettings masquerade,
        TrackingSettings tracking,
        ServiceSettings services) {

    /// The address families of pods; never empty.
    public Set<Family> families() {
        return pods.families();
    }

    public IpamMode ipam() {
        return pods.ipam();
    }

    public boolean has(Family family) {
        return families().contains(family);
    }
}
