package io.stentor.kernel.linux;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.net.Address;
import io.stentor.kernel.net.Change;
import io.stentor.kernel.net.Event;
import io.stentor.kernel.net.IpVersion;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.LinkSetting;
import io.stentor.kernel.net.LinkSpec;
import io.stentor.kernel.net.Neighbour;
import io.stentor.kernel.net.Netlink;
import io.stentor.kernel.net.Route;
import io.stentor.kernel.net.Rule;
import io.stentor.kernel.net.Subscription;
import io.stentor.kernel.net.Topic;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/// rtnetlink over one socket.
public final class LinuxNetlink implements Netlink {
    private final String namespace;
    private final Fd netns;
    private final NlSocket socket;

    private LinuxNetlink(String namespace, Fd netns, NlSocket socket) {
        this.namespace = namespace;
        this.netns = netns;
        this.socket = socket;
    }

    public static LinuxNetlink open(Path netns) {
        Fd fd = Fd.open(netns);
        try {
            return new LinuxNetlink(netns.toString(), fd, Namespaces.socketIn(fd, 0));
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    @Override
    public synchronized List<Optional<KernelException>> apply(List<Change> changes) {
        List<Optional<KernelException>> results = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < changes.size(); i++) {
            // what follows a new link may need all of its settings, and these take requests of their own
            if (changes.get(i) instanceof Change.AddLink(var spec)) {
                results.addAll(send(changes.subList(from, i + 1)));
                if (results.getLast().isEmpty()) {
                    results.set(i, complete(spec));
                }
                from = i + 1;
            }
        }
        results.addAll(send(changes.subList(from, changes.size())));
        return results;
    }

    private List<Optional<KernelException>> send(List<Change> changes) {
        List<NlMessage> messages = new ArrayList<>();
        List<String> objects = new ArrayList<>();
        try (var codec = new ChangeCodec()) {
            for (Change change : changes) {
                messages.add(codec.write(change));
                objects.add(change.toString());
            }
            return socket.requests(messages, objects);
        }
    }

    private Optional<KernelException> complete(LinkSpec spec) {
        for (LinkCodec.After after : LinkCodec.after(spec)) {
            List<String> objects = Collections.nCopies(after.messages().size(), spec.toString());
            Optional<KernelException> failure = after.namespace()
                    .map(elsewhere -> sendIn(elsewhere, after.messages(), objects))
                    .orElseGet(() -> first(socket.requests(after.messages(), objects)));
            if (failure.isPresent()) {
                return failure;
            }
        }
        return Optional.empty();
    }

    private static Optional<KernelException> sendIn(
            LinkSetting.Namespace namespace, List<NlMessage> messages, List<String> objects) {
        if (messages.isEmpty()) {
            return Optional.empty();
        }
        try (Fd netns = Fd.open(namespace.netns());
                NlSocket there = Namespaces.socketIn(netns, 0)) {
            return first(there.requests(messages, objects));
        }
    }

    private static Optional<KernelException> first(List<Optional<KernelException>> answers) {
        return answers.stream().flatMap(Optional::stream).findFirst();
    }

    @Override
    public synchronized List<Link> links() {
        return all(LinkCodec.get(0), "links", body -> Optional.of(LinkCodec.read(body)));
    }

    @Override
    public Optional<Link> link(String name) {
        return link(LinkCodec.get(name), "link " + name);
    }

    @Override
    public Optional<Link> link(int index) {
        return link(LinkCodec.get(index), "link " + index);
    }

    private synchronized Optional<Link> link(NlMessage request, String object) {
        try {
            return Optional.of(LinkCodec.read(socket.get(request, object).body()));
        } catch (KernelException e) {
            if (e.errno() == Errno.ENODEV) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public synchronized List<Address> addresses() {
        return all(AddressCodec.dump(), "addresses", AddressCodec::read);
    }

    @Override
    public synchronized List<Route> routes() {
        return ofBoth(RouteCodec::dump, "routes", RouteCodec::read);
    }

    @Override
    public synchronized Optional<Route> routeTo(InetAddress destination) {
        try {
            return RouteCodec.readAny(socket.get(RouteCodec.lookup(destination), "route to " + destination)
                    .body());
        } catch (KernelException e) {
            if (e.errno() == Errno.ENETUNREACH || e.errno() == Errno.EHOSTUNREACH) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public synchronized List<Rule> rules() {
        return ofBoth(RuleCodec::dump, "rules", RuleCodec::read);
    }

    @Override
    public synchronized List<Neighbour> neighbours() {
        return ofBoth(NeighbourCodec::dump, "neighbours", NeighbourCodec::read);
    }

    private <T> List<T> ofBoth(
            Function<IpVersion, NlMessage> request, String object, Function<ByteBuffer, Optional<T>> read) {
        List<T> all = new ArrayList<>();
        for (IpVersion version : IpVersion.values()) {
            all.addAll(all(request.apply(version), object, read));
        }
        return all;
    }

    private <T> List<T> all(NlMessage request, String object, Function<ByteBuffer, Optional<T>> read) {
        List<T> all = new ArrayList<>();
        for (NlSocket.Reply reply : socket.dump(request, object)) {
            read.apply(reply.body()).ifPresent(all::add);
        }
        return all;
    }

    @Override
    public Subscription subscribe(Set<Topic> topics, Consumer<Event> listener) {
        return NetlinkMonitor.start(Namespaces.socketIn(netns, NetlinkMonitor.groups(topics)), listener);
    }

    @Override
    public synchronized void close() {
        socket.close();
        netns.close();
    }

    @Override
    public String toString() {
        return "netlink of " + namespace;
    }
}
