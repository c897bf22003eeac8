package io.stentor.node;

import io.stentor.kernel.KernelVersion;
import io.stentor.kernel.bpf.Feature;
import java.util.ArrayList;
import java.util.List;

/// What a kernel has to have. Without these nothing works; for all other features there is another way.
public final class KernelNeeds {
    public static final KernelVersion OLDEST = new KernelVersion(5, 10);

    private KernelNeeds() {}

    /// @param tunnel whether pods of other nodes are reached by it
    public static List<Feature> features(boolean tunnel) {
        List<Feature> needed = new ArrayList<>(
                List.of(Feature.EBPF, Feature.RING_BUFFER, Feature.REDIRECT_PEER, Feature.TRAFFIC_CONTROL));
        if (tunnel) {
            needed.add(Feature.VXLAN);
        }
        return needed;
    }
}
