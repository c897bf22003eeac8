package io.stentor.kube.connectivity;

import io.stentor.kube.connectivity.Task.Target;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What cases are made of in one address family: who is where.
///
/// @param family    of all addresses
/// @param addresses of the servers that there are
/// @param network   what is known about the network
/// @param strangers hosts outside the cluster
/// @param run       tells this run's words from those of others
record Scene(Family family, Map<Place, IpAddress> addresses, Network network, Strangers strangers, String run) {

    /// @param twoNodes  whether there is a second node
    /// @param tunnel    whether pods' packets cross nodes in a tunnel
    /// @param podMtu    of the servers' links
    /// @param port      that the servers listen on
    /// @param tunnelMac MAC of the tunnel's link by node's server; "" where there is none
    record Network(boolean twoNodes, boolean tunnel, int podMtu, int port, Map<Place, String> tunnelMac) {}

    /// Hosts outside the cluster, of this family.
    ///
    /// @param targets      take TCP connections
    /// @param server       runs `stentor connectivity serve`
    /// @param unmasqueraded runs it too, and is reached with pods' own addresses
    /// @param narrow       runs it too, behind a link with a smaller MTU
    record Strangers(
            List<Target> targets, Optional<Target> server, Optional<Target> unmasqueraded, Optional<Target> narrow) {}

    /// A server that is needed is not there.
    static final class Absent extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final Place place;

        Absent(Place place) {
            super(place.pod() + " is not there");
            this.place = place;
        }

        Place place() {
            return place;
        }
    }

    /// A server.
    ///
    /// @throws Absent if it is not there
    Target at(Place place) {
        IpAddress address = addresses.get(place);
        if (address == null) {
            throw new Absent(place);
        }
        return new Target(place.pod(), address, network.port());
    }

    /// The address of a node.
    IpAddress node(Place host) {
        return at(host).address();
    }

    Target outside() {
        return strangers.server().orElseThrow();
    }

    String familyName() {
        return family.name().toLowerCase(Locale.ROOT);
    }
}
