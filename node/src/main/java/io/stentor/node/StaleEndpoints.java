package io.stentor.node;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.net.Link;
import io.stentor.model.Endpoint;
import io.stentor.model.PodName;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/// Endpoints whose pod is gone and whose DEL never came: their addresses would be lost to others.
///
/// A pod that is gone and whose link is, too, has no use for its endpoint. While its link is there, its processes may
/// be as well: kubelet ends them, then says DEL. Only when that has not come for long is the endpoint taken away.
final class StaleEndpoints {
    /// Longer than pods are usually given to end.
    static final Duration GRACE = Duration.ofMinutes(5);

    private final Endpoints endpoints;
    private final Kernel kernel;
    private final Predicate<PodName> gone;
    private final LongSupplier nanos;

    /// When the pod of each endpoint was first seen to be gone.
    private final Map<Integer, Long> since = new HashMap<>();

    /// @param gone  answers true only for what is known to be gone
    /// @param nanos a clock
    StaleEndpoints(Endpoints endpoints, Kernel kernel, Predicate<PodName> gone, LongSupplier nanos) {
        this.endpoints = endpoints;
        this.kernel = kernel;
        this.gone = gone;
        this.nanos = nanos;
    }

    /// Takes away what is stale.
    ///
    /// @return how many went
    int collect() throws CniError {
        Set<String> links = new HashSet<>();
        for (Link link : kernel.netlink().links()) {
            links.add(link.name());
        }
        Set<Integer> asked = new HashSet<>();
        int count = endpoints.collect(endpoint -> {
            asked.add(endpoint.id());
            return !isStale(endpoint, links);
        });
        since.keySet().retainAll(asked);
        return count;
    }

    private boolean isStale(Endpoint endpoint, Set<String> links) {
        if (!gone.test(endpoint.pod())) {
            since.remove(endpoint.id());
            return false;
        }
        long now = nanos.getAsLong();
        Long first = since.putIfAbsent(endpoint.id(), now);
        return !links.contains(endpoint.attachment().hostInterface())
                || (first != null && now - first >= GRACE.toNanos());
    }
}
