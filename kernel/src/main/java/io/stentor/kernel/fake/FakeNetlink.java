package io.stentor.kernel.fake;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.net.Address;
import io.stentor.kernel.net.Change;
import io.stentor.kernel.net.Event;
import io.stentor.kernel.net.IpVersion;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.Neighbour;
import io.stentor.kernel.net.Netlink;
import io.stentor.kernel.net.Route;
import io.stentor.kernel.net.Rule;
import io.stentor.kernel.net.Subscription;
import io.stentor.kernel.net.Topic;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// One network namespace without a kernel; it begins with `lo` and the three rules that Linux makes. Subscribers are
/// told on the thread that makes the change, before it returns.
public final class FakeNetlink implements Netlink {
    private final FakeSysctls sysctls = new FakeSysctls();
    private final FakeLinks links;
    private final FakeRoutes routes;
    private final List<Address> addresses = new ArrayList<>();
    private final List<Rule> rules = new ArrayList<>();
    private final List<Neighbour> neighbours = new ArrayList<>();
    private final Map<Consumer<Event>, Set<Topic>> listeners = new HashMap<>();
    private final List<Change> changes = new ArrayList<>();

    FakeNetlink(FakeKernel kernel) {
        this.links = new FakeLinks(kernel, this);
        this.routes = new FakeRoutes(this);
        for (IpVersion version : IpVersion.values()) {
            rules.add(new Rule(version, 0, Rule.Match.ALL, Route.LOCAL, 2));
            rules.add(new Rule(version, 32766, Rule.Match.ALL, Route.MAIN, 2));
        }
        rules.add(new Rule(IpVersion.IPV4, 32767, Rule.Match.ALL, 253, 2));
    }

    public FakeSysctls sysctls() {
        return sysctls;
    }

    /// What was asked and took effect, oldest first.
    public synchronized List<Change> changes() {
        return List.copyOf(changes);
    }

    public synchronized void forgetChanges() {
        changes.clear();
    }

    @Override
    public synchronized List<Optional<KernelException>> apply(List<Change> asked) {
        List<Optional<KernelException>> results = new ArrayList<>();
        for (Change change : asked) {
            try {
                make(change);
                changes.add(change);
                results.add(Optional.empty());
            } catch (KernelException e) {
                results.add(Optional.of(new KernelException("rtnetlink", change.toString(), e.errno(), e.detail())));
            }
        }
        return results;
    }

    private void make(Change change) {
        switch (change) {
            case Change.AddLink(var spec) -> links.add(spec);
            case Change.SetLink(int index, var settings) -> links.set(index, settings);
            case Change.DeleteLink(int index) -> links.delete(index);
            case Change.AddAddress(var address) -> add(address, false);
            case Change.ReplaceAddress(var address) -> add(address, true);
            case Change.DeleteAddress(var address) -> delete(address);
            case Change.AddRoute(var route) -> routes.add(route, false);
            case Change.ReplaceRoute(var route) -> routes.add(route, true);
            case Change.DeleteRoute(var route) -> routes.delete(route);
            case Change.AddRule(var rule) -> add(rule);
            case Change.DeleteRule(var rule) -> refuseUnless(rules.remove(rule), Errno.ENOENT, "");
            case Change.AddNeighbour(var neighbour) -> add(neighbour, false);
            case Change.ReplaceNeighbour(var neighbour) -> add(neighbour, true);
            case Change.DeleteNeighbour(var neighbour) -> delete(neighbour);
        }
    }

    private void add(Address address, boolean replace) {
        Link link = require(address.ifindex());
        boolean exists = addresses.removeIf(other -> replace && same(other, address));
        refuseUnless(exists || addresses.stream().noneMatch(other -> same(other, address)), Errno.EEXIST, "");
        addresses.add(address);
        if (!exists) {
            routes.connect(link, address);
        }
        tell(Topic.ADDRESSES, new Event.AddressSet(address));
    }

    private static boolean same(Address one, Address other) {
        return one.ifindex() == other.ifindex() && one.local().equals(other.local());
    }

    private void delete(Address address) {
        boolean was = addresses.removeIf(other -> same(other, address));
        refuseUnless(was, Errno.EADDRNOTAVAIL, "");
        routes.disconnect(address);
        tell(Topic.ADDRESSES, new Event.AddressGone(address));
    }

    private void add(Rule rule) {
        refuseUnless(!rules.contains(rule), Errno.EEXIST, "");
        rules.add(rule);
    }

    private void add(Neighbour neighbour, boolean replace) {
        require(neighbour.ifindex());
        boolean exists = neighbours.removeIf(other -> replace && same(other, neighbour));
        refuseUnless(exists || neighbours.stream().noneMatch(other -> same(other, neighbour)), Errno.EEXIST, "");
        neighbours.add(neighbour);
        tell(Topic.NEIGHBOURS, new Event.NeighbourSet(neighbour));
    }

    private static boolean same(Neighbour one, Neighbour other) {
        return one.ifindex() == other.ifindex()
                && one.address().equals(other.address())
                && (one.flags() & Neighbour.PROXY) == (other.flags() & Neighbour.PROXY);
    }

    private void delete(Neighbour neighbour) {
        require(neighbour.ifindex());
        refuseUnless(neighbours.removeIf(other -> same(other, neighbour)), Errno.ENOENT, "");
        tell(Topic.NEIGHBOURS, new Event.NeighbourGone(neighbour));
    }

    @Override
    public synchronized List<Link> links() {
        return links.all();
    }

    @Override
    public synchronized Optional<Link> link(String name) {
        return links.all().stream().filter(link -> link.name().equals(name)).findFirst();
    }

    @Override
    public synchronized Optional<Link> link(int index) {
        return links.all().stream().filter(link -> link.index() == index).findFirst();
    }

    @Override
    public synchronized List<Address> addresses() {
        return List.copyOf(addresses);
    }

    @Override
    public synchronized List<Route> routes() {
        return routes.all();
    }

    @Override
    public synchronized Optional<Route> routeTo(InetAddress destination) {
        return routes.lookup(destination);
    }

    @Override
    public synchronized List<Rule> rules() {
        return List.copyOf(rules);
    }

    @Override
    public synchronized List<Neighbour> neighbours() {
        return neighbours.stream()
                .filter(neighbour -> (neighbour.flags() & Neighbour.PROXY) == 0)
                .toList();
    }

    @Override
    public synchronized Subscription subscribe(Set<Topic> topics, Consumer<Event> listener) {
        listeners.put(listener, Set.copyOf(topics));
        return () -> unsubscribe(listener);
    }

    private synchronized void unsubscribe(Consumer<Event> listener) {
        listeners.remove(listener);
    }

    /// The namespace stays: it is the kernel's, not the socket's.
    @Override
    public void close() {}

    Link require(int ifindex) {
        return link(ifindex).orElseThrow(() -> new KernelException("", "", Errno.ENODEV, ""));
    }

    /// The link is gone, and all that was on it.
    synchronized void dropAllOn(Link link) {
        addresses.removeIf(address -> address.ifindex() == link.index());
        neighbours.removeIf(neighbour -> neighbour.ifindex() == link.index());
        routes.dropAllOn(link.index());
        tell(Topic.LINKS, new Event.LinkGone(link));
    }

    FakeLinks linkTable() {
        return links;
    }

    FakeRoutes routeTable() {
        return routes;
    }

    synchronized void deleteAll() {
        for (Link link : links.all()) {
            if (!link.loopback()) {
                links.delete(link.index());
            }
        }
    }

    void tell(Topic topic, Event event) {
        for (var listener : List.copyOf(listeners.entrySet())) {
            if (listener.getValue().contains(topic)) {
                listener.getKey().accept(event);
            }
        }
    }

    static void refuseUnless(boolean allowed, int errno, String detail) {
        if (!allowed) {
            throw new KernelException("", "", errno, detail);
        }
    }
}
