package io.stentor.node;

import io.stentor.kernel.Errno;
import io.stentor.kernel.Kernel;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.net.Change;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.Neighbour;
import io.stentor.kernel.net.Netlink;
import io.stentor.kernel.net.Prefix;
import io.stentor.kernel.net.Route;
import io.stentor.model.HostAddress;
import io.stentor.model.IpAddress;
import io.stentor.model.PersistentMap;
import io.stentor.model.Problem;
import io.stentor.model.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// One time round of [NodeNetwork]: what is there, what has to be, the difference applied.
final class NetworkPass {
    private static final System.Logger LOG = System.getLogger("network");

    private final Netlink netlink;
    private final NodeSettings settings;
    private final HostSettings host;
    private final TunnelDevice tunnel;

    NetworkPass(Kernel kernel, NodeSettings settings, HostSettings host) {
        this.netlink = kernel.netlink();
        this.settings = settings;
        this.host = host;
        this.tunnel = new TunnelDevice(kernel, settings);
    }

    /// What came of it.
    ///
    /// @param failures what the kernel did not take: worth another try soon
    /// @param found    what is wrong with the cluster's own facts
    /// @param wanted   destinations of the routes that have to be there
    /// @param devices  known once this node's own row is
    /// @param addresses of the host
    record Outcome(
            List<Problem> failures,
            List<Problem> found,
            Set<Prefix> wanted,
            Optional<NodeDevices> devices,
            PersistentMap<IpAddress, HostAddress> addresses) {}

    /// @throws KernelException if what is there cannot be read
    Outcome run(State state) {
        List<Problem> failures = new ArrayList<>();
        boolean selfKnown = state.nodes().containsKey(settings.nodeName());
        Underlay underlay = Underlay.read(netlink, state, settings);
        DesiredNetwork desired = DesiredNetwork.of(state, settings, underlay);
        // The tunnel's MTU is the underlay's, which without the own row is not known.
        if (selfKnown || !settings.routing().tunnel()) {
            Optional<Link> before = underlay.link(DesiredNetwork.TUNNEL);
            tunnel.ensure(before, desired.mtu(), state.synced()).ifPresent(failures::add);
            Optional<Link> after = netlink.link(DesiredNetwork.TUNNEL);
            if (!after.map(Link::index).equals(before.map(Link::index))) {
                underlay = Underlay.read(netlink, state, settings);
                desired = DesiredNetwork.of(state, settings, underlay);
            }
        }
        List<Route> routes = netlink.routes();
        Outside outside = Outside.of(underlay, routes, state, settings);
        failures.addAll(host.ensure(outside.listening(routes)));
        List<Neighbour> neighbours = netlink.neighbours();
        apply(NetworkDifference.of(desired, routes, neighbours, underlay, state.synced()), failures);
        return new Outcome(
                failures,
                desired.problems(),
                desired.routes().stream().map(Route::destination).collect(Collectors.toUnmodifiableSet()),
                selfKnown ? Optional.of(outside.devices(desired.mtu())) : Optional.empty(),
                HostAddresses.of(underlay.addresses(), outside.links(), outside.own()));
    }

    private void apply(List<Change> changes, List<Problem> failures) {
        List<Optional<KernelException>> results = netlink.apply(changes);
        for (int i = 0; i < changes.size(); i++) {
            Change change = changes.get(i);
            // A link that went while we looked takes what is on it along.
            results.get(i)
                    .filter(refused -> refused.errno() != Errno.ENODEV)
                    .ifPresent(refused -> failures.add(new Problem(describe(change), "", refused.getMessage())));
        }
        if (!changes.isEmpty()) {
            LOG.log(System.Logger.Level.DEBUG, "{0} changes of routes and neighbours", changes.size());
        }
    }

    /// What [NetworkDifference] makes, by what it is about.
    private static String describe(Change change) {
        if (change instanceof Change.ReplaceRoute(Route route)) {
            return "route " + route.destination();
        }
        if (change instanceof Change.DeleteRoute(Route route)) {
            return "route " + route.destination();
        }
        if (change instanceof Change.ReplaceNeighbour(Neighbour neighbour)) {
            return "neighbour " + neighbour.address().getHostAddress();
        }
        throw new IllegalArgumentException("not a change of routes or neighbours: " + change);
    }
}
