package io.stentor.node;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.Route;
import io.stentor.model.IpAddress;
import io.stentor.model.Problem;
import io.stentor.model.Source;
import io.stentor.model.State;
import io.stentor.model.Store;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Links of pods whose record was lost. Their pods still use their addresses, so these stay taken until the link goes;
/// what they are, the host's routes say.
final class Orphans {
    private final Kernel kernel;
    private final Allocations allocations;
    private final Store store;
    private final Map<String, List<IpAddress>> addresses = new ConcurrentHashMap<>();

    Orphans(Kernel kernel, Allocations allocations, Store store) {
        this.kernel = kernel;
        this.allocations = allocations;
        this.store = store;
    }

    /// Holds what unexplained links use, and says so in Problems.
    void hold(Collection<Link> unexplained) {
        Map<Integer, String> names = new HashMap<>();
        unexplained.stream().filter(PodLinks::isOurs).forEach(link -> names.put(link.index(), link.name()));
        for (Route route : kernel.netlink().routes()) {
            String name = names.get(route.ifindex());
            if (name != null && route.protocol() == PodLinks.PROTOCOL) {
                IpAddress address = KernelTerms.address(route.destination().address());
                allocations.hold(address);
                addresses.computeIfAbsent(name, n -> new ArrayList<>()).add(address);
            }
        }
        store.commit(this::withProblems);
    }

    private State withProblems(State state) {
        State next = state;
        for (Map.Entry<String, List<IpAddress>> orphan : addresses.entrySet()) {
            String reason = "the record of its pod, at " + orphan.getValue()
                    + ", is lost: delete that pod, its successor will work";
            Problem problem = new Problem("link " + orphan.getKey(), "", reason);
            next = next.withProblems(Source.ENDPOINTS, orphan.getKey(), List.of(problem));
        }
        return next;
    }

    /// Gives back what a link held that is gone now.
    void release(String link) {
        List<IpAddress> held = addresses.remove(link);
        if (held != null) {
            held.forEach(allocations::release);
            store.commit(state -> state.withProblems(Source.ENDPOINTS, link, List.of()));
        }
    }
}
