package io.stentor.kernel.net;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Links, addresses, routes, rules and neighbours of one network namespace (rtnetlink).
///
/// Safe for use by several threads, one request at a time. Errors carry the kernel's own sentence (extended
/// acknowledgement) in their detail. What implements this gives [#apply], the dumps and [#subscribe]; all else follows.
public interface Netlink extends AutoCloseable {

    /// Makes all changes in order, many to a system call; one that fails does not stop the others.
    ///
    /// @return for each change its failure, or nothing if it took effect
    List<Optional<KernelException>> apply(List<Change> changes);

    /// @throws KernelException if the kernel refuses
    default void apply(Change change) {
        apply(List.of(change)).getFirst().ifPresent(failure -> {
            throw failure;
        });
    }

    List<Link> links();

    Optional<Link> link(String name);

    Optional<Link> link(int index);

    /// @return the link that was made; for one made in another namespace, empty
    default Optional<Link> addLink(LinkSpec spec) {
        apply(new Change.AddLink(spec));
        return link(spec.name());
    }

    default void setLink(int index, LinkSetting... settings) {
        apply(new Change.SetLink(index, List.of(settings)));
    }

    /// @return false if there was none
    default boolean deleteLink(int index) {
        return unless(new Change.DeleteLink(index), Errno.ENODEV);
    }

    List<Address> addresses();

    default void addAddress(Address address) {
        apply(new Change.AddAddress(address));
    }

    default void replaceAddress(Address address) {
        apply(new Change.ReplaceAddress(address));
    }

    /// @return false if there was none
    default boolean deleteAddress(Address address) {
        return unless(new Change.DeleteAddress(address), Errno.EADDRNOTAVAIL);
    }

    /// All routes of all tables, the kernel's own included, but not cached exceptions. Multipath routes appear with
    /// their first hop.
    List<Route> routes();

    default void addRoute(Route route) {
        apply(new Change.AddRoute(route));
    }

    default void replaceRoute(Route route) {
        apply(new Change.ReplaceRoute(route));
    }

    /// @return false if there was none
    default boolean deleteRoute(Route route) {
        return unless(new Change.DeleteRoute(route), Errno.ESRCH);
    }

    /// The route that a packet of this host to `destination` takes.
    ///
    /// @return empty if there is none (ENETUNREACH, EHOSTUNREACH)
    Optional<Route> routeTo(InetAddress destination);

    List<Rule> rules();

    default void addRule(Rule rule) {
        apply(new Change.AddRule(rule));
    }

    /// @return false if there was none
    default boolean deleteRule(Rule rule) {
        return unless(new Change.DeleteRule(rule), Errno.ENOENT);
    }

    /// Entries of ARP and neighbour discovery, proxy entries not included.
    List<Neighbour> neighbours();

    default void addNeighbour(Neighbour neighbour) {
        apply(new Change.AddNeighbour(neighbour));
    }

    default void replaceNeighbour(Neighbour neighbour) {
        apply(new Change.ReplaceNeighbour(neighbour));
    }

    /// @return false if there was none
    default boolean deleteNeighbour(Neighbour neighbour) {
        return unless(new Change.DeleteNeighbour(neighbour), Errno.ENOENT);
    }

    /// Delivers what changes from now on, on a thread of its own that is ended by closing what is returned.
    Subscription subscribe(Set<Topic> topics, Consumer<Event> listener);

    @Override
    void close();

    private boolean unless(Change change, int absent) {
        Optional<KernelException> failure = apply(List.of(change)).getFirst();
        if (failure.isPresent() && failure.get().errno() != absent) {
            throw failure.get();
        }
        return failure.isEmpty();
    }
}
