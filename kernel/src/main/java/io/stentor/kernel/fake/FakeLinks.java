package io.stentor.kernel.fake;

import io.stentor.kernel.Errno;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.net.Event;
import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.LinkSetting;
import io.stentor.kernel.net.LinkSpec;
import io.stentor.kernel.net.Mac;
import io.stentor.kernel.net.Topic;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The links of one [FakeNetlink].
final class FakeLinks {
    private static final int UP = 0x1 | 0x40 | 0x10000;
    private static final int BROADCAST_MULTICAST = 0x1002;
    private static final int LOOPBACK = 0x8;
    private static final Link.Limits LIMITS = new Link.Limits(65536, 65535, 65536, 524280);

    private final FakeKernel kernel;
    private final FakeNetlink namespace;
    private final Map<Integer, Link> links = new TreeMap<>();
    /// The other ends of veths, wherever they are.
    private final Map<Integer, End> peers = new TreeMap<>();

    private int last;

    private record End(FakeLinks links, int index) {}

    FakeLinks(FakeKernel kernel, FakeNetlink namespace) {
        this.kernel = kernel;
        this.namespace = namespace;
        var settings = new Link.Settings(65536, Optional.of(new Mac(0)), LOOPBACK | UP, "", LIMITS);
        links.put(++last, new Link(last, "lo", "", settings, new Link.Place(0, 0, -1, Link.Statistics.NONE)));
    }

    List<Link> all() {
        return List.copyOf(links.values());
    }

    void add(LinkSpec spec) {
        FakeLinks here = place(spec.settings());
        switch (spec) {
            case LinkSpec.Veth veth -> {
                FakeLinks there = place(veth.peerSettings());
                FakeNetlink.refuseUnless(
                        here.free(veth.name())
                                && there.free(veth.peerName())
                                && !(here == there && veth.name().equals(veth.peerName())),
                        Errno.EEXIST,
                        "");
                int peer = there.make(veth.peerName(), "veth", veth.peerSettings());
                int own = here.make(veth.name(), "veth", veth.settings());
                here.join(own, there, peer);
                there.join(peer, here, own);
                there.tell(peer);
                here.tell(own);
            }
            case LinkSpec.Vxlan vxlan -> here.single(vxlan, "vxlan");
            case LinkSpec.Bridge bridge -> here.single(bridge, "bridge");
        }
    }

    private void single(LinkSpec spec, String kind) {
        FakeNetlink.refuseUnless(free(spec.name()), Errno.EEXIST, "");
        tell(make(spec.name(), kind, spec.settings()));
    }

    private FakeLinks place(List<LinkSetting> settings) {
        return settings.stream()
                .filter(LinkSetting.Namespace.class::isInstance)
                .map(setting -> kernel.netlink(((LinkSetting.Namespace) setting).netns())
                        .linkTable())
                .findFirst()
                .orElse(this);
    }

    private boolean free(String name) {
        FakeNetlink.refuseUnless(!name.isEmpty() && name.length() <= 15, Errno.EINVAL, "");
        return links.values().stream().noneMatch(link -> link.name().equals(name));
    }

    private int make(String name, String kind, List<LinkSetting> settings) {
        int index = ++last;
        var mac = Optional.of(kernel.nextMac());
        var initial = new Link.Settings(1500, mac, BROADCAST_MULTICAST, "", LIMITS);
        links.put(index, new Link(index, name, kind, initial, new Link.Place(0, 0, -1, Link.Statistics.NONE)));
        for (LinkSetting setting : settings) {
            if (!(setting instanceof LinkSetting.Namespace)) {
                set(index, setting);
            }
        }
        return index;
    }

    private void join(int index, FakeLinks other, int otherIndex) {
        peers.put(index, new End(other, otherIndex));
        replacePlace(index, find(index).master());
    }

    private void replacePlace(int index, int master) {
        Link link = find(index);
        End peer = peers.get(index);
        var place = peer == null
                ? new Link.Place(master, 0, -1, Link.Statistics.NONE)
                : new Link.Place(master, peer.index, peer.links == this ? -1 : 0, Link.Statistics.NONE);
        links.put(index, new Link(index, link.name(), link.kind(), link.settings(), place));
    }

    void set(int index, List<LinkSetting> settings) {
        find(index);
        for (LinkSetting setting : settings) {
            if (setting instanceof LinkSetting.Namespace(var netns)) {
                move(index, kernel.netlink(netns).linkTable());
                return;
            }
            set(index, setting);
        }
        tell(index);
    }

    private void set(int index, LinkSetting setting) {
        Link link = find(index);
        Link.Settings old = link.settings();
        switch (setting) {
            case LinkSetting.Mtu(int bytes) -> {
                FakeNetlink.refuseUnless(bytes >= 68, Errno.EINVAL, "mtu less than device minimum");
                replace(link, new Link.Settings(bytes, old.mac(), old.flags(), old.alias(), old.limits()));
            }
            case LinkSetting.Address(Mac mac) ->
                replace(link, new Link.Settings(old.mtu(), Optional.of(mac), old.flags(), old.alias(), old.limits()));
            case LinkSetting.Up(boolean up) -> {
                int flags = up ? old.flags() | UP : old.flags() & ~UP;
                replace(link, new Link.Settings(old.mtu(), old.mac(), flags, old.alias(), old.limits()));
                if (!up) {
                    namespace.routeTable().dropAllOn(index);
                }
            }
            case LinkSetting.Alias(String text) ->
                replace(link, new Link.Settings(old.mtu(), old.mac(), old.flags(), text, old.limits()));
            case LinkSetting.Name(String name) -> {
                FakeNetlink.refuseUnless(name.equals(link.name()) || free(name), Errno.EEXIST, "");
                links.put(index, new Link(index, name, link.kind(), old, link.place()));
            }
            case LinkSetting.Master(int master) ->
                replacePlace(index, master == 0 ? 0 : find(master).index());
            case LinkSetting.Namespace _,
                    LinkSetting.QueueLength _,
                    LinkSetting.GsoMaxSize _,
                    LinkSetting.GsoMaxSegments _,
                    LinkSetting.NoGeneratedAddress _ -> {}
        }
    }

    private void replace(Link link, Link.Settings settings) {
        links.put(link.index(), new Link(link.index(), link.name(), link.kind(), settings, link.place()));
    }

    /// It arrives down, under a number that is free there.
    private void move(int index, FakeLinks target) {
        Link link = find(index);
        FakeNetlink.refuseUnless(target.free(link.name()), Errno.EEXIST, "");
        End peer = peers.remove(index);
        links.remove(index);
        namespace.dropAllOn(link);
        Link.Settings old = link.settings();
        var down = new Link.Settings(old.mtu(), old.mac(), old.flags() & ~UP, old.alias(), old.limits());
        int arrived = ++target.last;
        target.links.put(arrived, new Link(arrived, link.name(), link.kind(), down, link.place()));
        if (peer != null) {
            target.join(arrived, peer.links, peer.index);
            peer.links.join(peer.index, target, arrived);
        }
        target.tell(arrived);
    }

    /// A veth takes its other end along.
    void delete(int index) {
        Link link = find(index);
        FakeNetlink.refuseUnless(!link.loopback(), Errno.EOPNOTSUPP, "");
        End peer = peers.remove(index);
        links.remove(index);
        namespace.dropAllOn(link);
        if (peer != null && peer.links.links.containsKey(peer.index)) {
            peer.links.peers.remove(peer.index);
            peer.links.delete(peer.index);
        }
    }

    private Link find(int index) {
        @Nullable Link link = links.get(index);
        if (link == null) {
            throw new KernelException("", "", Errno.ENODEV, "");
        }
        return link;
    }

    private void tell(int index) {
        namespace.tell(Topic.LINKS, new Event.LinkSet(find(index)));
    }
}
