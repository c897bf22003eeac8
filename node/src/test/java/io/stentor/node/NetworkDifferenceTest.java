package io.stentor.node;

import static io.stentor.node.NetworkFacts.ETH0;
import static io.stentor.node.NetworkFacts.ours;
import static io.stentor.node.NetworkFacts.underlay;
import static org.assertj.core.api.Assertions.assertThat;

import io.stentor.kernel.net.Change;
import io.stentor.kernel.net.Mac;
import io.stentor.kernel.net.Neighbour;
import io.stentor.kernel.net.Prefix;
import io.stentor.kernel.net.Route;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NetworkDifferenceTest {
    private static final Route KEPT = ours("10.0.2.0/24").dev(ETH0).via(InetAddress.ofLiteral("192.168.1.2"));
    private static final Route MOVED = ours("10.0.3.0/24").dev(ETH0).via(InetAddress.ofLiteral("192.168.1.3"));
    private static final Route UNREACHABLE = ours("fd00:1::/112").type(Route.Type.UNREACHABLE);
    private static final Route STRANGE = Route.to(Prefix.of("10.9.0.0/16")).dev(ETH0);
    private static final Neighbour NEIGHBOUR =
            Neighbour.permanent(ETH0, InetAddress.ofLiteral("169.254.7.1"), Mac.of("02:53:54:4e:00:01"));

    private static List<Change> difference(Set<Route> wanted, List<Route> present, boolean complete) {
        DesiredNetwork desired = new DesiredNetwork(1500, wanted, Set.of(NEIGHBOUR), List.of());
        return NetworkDifference.of(desired, present, List.of(NEIGHBOUR), underlay(Map.of()), complete);
    }

    @Test
    void what_is_as_it_has_to_be_costs_nothing() {
        Route shownWithLoopback = UNREACHABLE.dev(1);
        assertThat(difference(Set.of(KEPT, UNREACHABLE), List.of(KEPT, shownWithLoopback, STRANGE), true))
                .isEmpty();
    }

    @Test
    void what_changed_is_replaced_and_only_our_own_is_removed_once_all_sources_are_synced() {
        Route now = MOVED.via(InetAddress.ofLiteral("192.168.1.9"));
        List<Route> present = List.of(KEPT, MOVED, STRANGE);
        assertThat(difference(Set.of(now), present, true))
                .containsExactly(new Change.ReplaceRoute(now), new Change.DeleteRoute(KEPT));
        assertThat(difference(Set.of(now), present, false)).containsExactly(new Change.ReplaceRoute(now));
    }

    @Test
    void routes_of_pods_that_are_being_plugged_in_stay() {
        Underlay underlay = underlay(Map.of());
        var links = new HashMap<>(underlay.links());
        links.put(20, NetworkFacts.link(20, "stn0123456789ab", "veth", 1450));
        DesiredNetwork nothing = new DesiredNetwork(1500, Set.of(), Set.of(), List.of());
        Route early = ours("10.0.1.5").dev(20);
        assertThat(NetworkDifference.of(
                        nothing, List.of(early), List.of(), new Underlay(links, underlay.addresses(), Map.of()), true))
                .isEmpty();
    }

    @Test
    void neighbours_come_before_the_routes_by_them() {
        DesiredNetwork desired = new DesiredNetwork(1500, Set.of(KEPT), Set.of(NEIGHBOUR), List.of());
        assertThat(NetworkDifference.of(desired, List.of(), List.of(), underlay(Map.of()), true))
                .containsExactly(new Change.ReplaceNeighbour(NEIGHBOUR), new Change.ReplaceRoute(KEPT));
    }
}
