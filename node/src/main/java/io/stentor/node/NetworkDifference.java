package io.stentor.node;

import io.stentor.kernel.net.Change;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.Neighbour;
import io.stentor.kernel.net.Prefix;
import io.stentor.kernel.net.Route;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What has to change in the kernel for the desired network. Pure.
///
/// Ours, and so to be removed when not desired, are routes of our protocol number, but for those on pods' links: these
/// come before their endpoint's row and go with their link.
final class NetworkDifference {

    /// What makes two routes of the kernel the same one.
    private record Place(Prefix destination, int table, int metric) {
        static Place of(Route route) {
            return new Place(route.destination(), route.table(), route.metric());
        }
    }

    private NetworkDifference() {}

    /// @param complete whether what is not desired may go: not before all sources are synced
    static List<Change> of(
            DesiredNetwork desired,
            List<Route> routes,
            List<Neighbour> neighbours,
            Underlay underlay,
            boolean complete) {
        List<Change> changes = new ArrayList<>();
        // Routes by a gateway need no neighbour to be taken, but are of no use before it is there.
        Set<Neighbour> known = new HashSet<>(neighbours);
        desired.neighbours().stream()
                .filter(neighbour -> !known.contains(neighbour))
                .forEach(neighbour -> changes.add(new Change.ReplaceNeighbour(neighbour)));
        Map<Place, Route> ours = new LinkedHashMap<>();
        routes.stream()
                .filter(route -> route.protocol() == PodLinks.PROTOCOL)
                .forEach(route -> ours.put(Place.of(route), route));
        for (Route wanted : desired.routes()) {
            Route present = ours.remove(Place.of(wanted));
            if (!alike(wanted, present)) {
                changes.add(new Change.ReplaceRoute(wanted));
            }
        }
        if (complete) {
            ours.values().stream()
                    .filter(route -> !isOnPodLink(route, underlay))
                    .forEach(route -> changes.add(new Change.DeleteRoute(route)));
        }
        return changes;
    }

    /// The kernel shows a loopback device with routes that end packets; it says nothing.
    private static boolean alike(Route wanted, @Nullable Route present) {
        if (present == null) {
            return false;
        }
        return wanted.type() == Route.Type.UNICAST ? wanted.equals(present) : wanted.type() == present.type();
    }

    private static boolean isOnPodLink(Route route, Underlay underlay) {
        Link link = underlay.links().get(route.ifindex());
        return link != null && PodLinks.isOurs(link);
    }
}
