package io.stentor.kernel.linux;

import io.stentor.kernel.net.Link;
import io.stentor.kernel.net.LinkSetting;
import io.stentor.kernel.net.LinkSpec;
import io.stentor.kernel.net.Mac;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/// Links as rtnetlink writes them (`linux/if_link.h`).
final class LinkCodec {
    static final int RTM_NEWLINK = 16;
    static final int RTM_DELLINK = 17;
    static final int RTM_GETLINK = 18;
    private static final int RTM_SETLINK = 19;

    private static final int IFF_UP = 1;
    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_LINK = 5;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_TXQLEN = 13;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_IFALIAS = 20;
    private static final int IFLA_STATS64 = 23;
    private static final int IFLA_AF_SPEC = 26;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int IFLA_LINK_NETNSID = 37;
    private static final int IFLA_GSO_MAX_SEGS = 40;
    private static final int IFLA_GSO_MAX_SIZE = 41;
    private static final int IFLA_XDP = 43;
    private static final int IFLA_GRO_MAX_SIZE = 58;
    private static final int IFLA_TSO_MAX_SIZE = 59;
    private static final int INFO_KIND = 1;
    private static final int INFO_DATA = 2;
    private static final int VETH_INFO_PEER = 1;
    private static final int VXLAN_LEARNING = 7;
    private static final int VXLAN_PORT = 15;
    private static final int VXLAN_UDP_ZERO_CSUM6_TX = 19;
    private static final int VXLAN_UDP_ZERO_CSUM6_RX = 20;
    private static final int VXLAN_COLLECT_METADATA = 25;
    private static final int XDP_PROG_ID = 4;
    private static final int AF_INET6 = 10;
    private static final int INET6_ADDR_GEN_MODE = 8;
    private static final int ADDR_GEN_MODE_NONE = 1;
    private static final int FIXED_SIZE = 16;

    private LinkCodec() {}

    /// The request that makes a link. Not all settings are taken with it: see [#after].
    ///
    /// @param namespace opens a namespace file until the message is sent
    static NlMessage add(LinkSpec spec, Function<LinkSetting.Namespace, Integer> namespace) {
        NlMessage message = new NlMessage(RTM_NEWLINK, NlMessage.CREATE | NlMessage.EXCL);
        end(message, spec.name(), spec.settings(), namespace);
        return message.nest(IFLA_LINKINFO, info -> kind(info, spec, namespace));
    }

    /// One end of a link as it is made, still down.
    private static void end(
            NlMessage message,
            String name,
            List<LinkSetting> settings,
            Function<LinkSetting.Namespace, Integer> namespace) {
        var _ = message.link(0, 0, 0).string(IFLA_IFNAME, name);
        settings.stream()
                .filter(setting -> !onlyAfter(setting))
                .forEach(setting -> setting(message, setting, namespace));
    }

    private static void kind(NlMessage info, LinkSpec spec, Function<LinkSetting.Namespace, Integer> namespace) {
        var _ = switch (spec) {
            case LinkSpec.Veth veth ->
                info.string(INFO_KIND, "veth")
                        .nest(
                                INFO_DATA,
                                data -> data.nest(
                                        VETH_INFO_PEER,
                                        peer -> end(peer, veth.peerName(), veth.peerSettings(), namespace)));
            case LinkSpec.Vxlan vxlan ->
                info.string(INFO_KIND, "vxlan")
                        .nest(
                                INFO_DATA,
                                data -> data.u8(VXLAN_COLLECT_METADATA, 1)
                                        .u8(VXLAN_LEARNING, 0)
                                        .be16(VXLAN_PORT, vxlan.port())
                                        .u8(VXLAN_UDP_ZERO_CSUM6_TX, 1)
                                        .u8(VXLAN_UDP_ZERO_CSUM6_RX, 1));
            case LinkSpec.Bridge _ -> info.string(INFO_KIND, "bridge");
        };
    }

    /// Requests about one end of a link that was just made.
    ///
    /// @param namespace where it is, if not where it was asked for
    record After(Optional<LinkSetting.Namespace> namespace, List<NlMessage> messages) {}

    /// What is set when the link is there: the kernel passes over alias and address generation while it makes one,
    /// and the second end of a veth cannot go up before the first exists. Up comes last, so that no address is
    /// generated.
    static List<After> after(LinkSpec spec) {
        List<After> all = new ArrayList<>(List.of(after(spec.name(), spec.settings())));
        if (spec instanceof LinkSpec.Veth veth) {
            all.add(after(veth.peerName(), veth.peerSettings()));
        }
        return all;
    }

    private static After after(String name, List<LinkSetting> settings) {
        List<NlMessage> messages = new ArrayList<>();
        for (LinkSetting setting : settings) {
            if (onlyAfter(setting) && !(setting instanceof LinkSetting.Up)) {
                NlMessage message = new NlMessage(RTM_SETLINK, 0).link(0, 0, 0).string(IFLA_IFNAME, name);
                setting(message, setting, _ -> -1);
                messages.add(message);
            }
        }
        if (settings.contains(LinkSetting.up())) {
            messages.add(new NlMessage(RTM_SETLINK, 0).link(0, IFF_UP, IFF_UP).string(IFLA_IFNAME, name));
        }
        Optional<LinkSetting.Namespace> namespace = settings.stream()
                .filter(LinkSetting.Namespace.class::isInstance)
                .map(LinkSetting.Namespace.class::cast)
                .findFirst();
        return new After(namespace, messages);
    }

    private static boolean onlyAfter(LinkSetting setting) {
        return setting instanceof LinkSetting.Alias
                || setting instanceof LinkSetting.NoGeneratedAddress
                || setting instanceof LinkSetting.Up;
    }

    static NlMessage set(int index, List<LinkSetting> settings, Function<LinkSetting.Namespace, Integer> namespace) {
        int flags = settings.contains(LinkSetting.up()) ? IFF_UP : 0;
        int change = settings.stream().anyMatch(LinkSetting.Up.class::isInstance) ? IFF_UP : 0;
        NlMessage message = new NlMessage(RTM_SETLINK, 0).link(index, flags, change);
        settings.forEach(setting -> setting(message, setting, namespace));
        return message;
    }

    static NlMessage delete(int index) {
        return new NlMessage(RTM_DELLINK, 0).link(index, 0, 0);
    }

    static NlMessage get(int index) {
        return new NlMessage(RTM_GETLINK, 0).link(index, 0, 0);
    }

    static NlMessage get(String name) {
        return get(0).string(IFLA_IFNAME, name);
    }

    private static void setting(
            NlMessage message, LinkSetting setting, Function<LinkSetting.Namespace, Integer> namespace) {
        var _ = switch (setting) {
            case LinkSetting.Mtu(int bytes) -> message.u32(IFLA_MTU, bytes);
            case LinkSetting.Address(Mac mac) -> message.bytes(IFLA_ADDRESS, mac.bytes());
            case LinkSetting.Up _ -> message;
            case LinkSetting.Name(String name) -> message.string(IFLA_IFNAME, name);
            case LinkSetting.Alias(String text) -> message.string(IFLA_IFALIAS, text);
            case LinkSetting.Namespace netns -> message.u32(IFLA_NET_NS_FD, namespace.apply(netns));
            case LinkSetting.Master(int master) -> message.u32(IFLA_MASTER, master);
            case LinkSetting.QueueLength(int packets) -> message.u32(IFLA_TXQLEN, packets);
            case LinkSetting.GsoMaxSize(int bytes) -> message.u32(IFLA_GSO_MAX_SIZE, bytes);
            case LinkSetting.GsoMaxSegments(int segments) -> message.u32(IFLA_GSO_MAX_SEGS, segments);
            case LinkSetting.NoGeneratedAddress _ ->
                message.nest(
                        IFLA_AF_SPEC,
                        spec -> spec.nest(AF_INET6, inet6 -> inet6.u8(INET6_ADDR_GEN_MODE, ADDR_GEN_MODE_NONE)));
        };
    }

    static Link read(ByteBuffer body) {
        NlAttributes attributes = NlAttributes.of(body, FIXED_SIZE);
        byte[] mac = attributes.bytes(IFLA_ADDRESS);
        var limits = new Link.Limits(
                attributes.u32(IFLA_GSO_MAX_SIZE, 0),
                attributes.u32(IFLA_GSO_MAX_SEGS, 0),
                attributes.u32(IFLA_GRO_MAX_SIZE, 0),
                attributes.u32(IFLA_TSO_MAX_SIZE, 0));
        var settings = new Link.Settings(
                attributes.u32(IFLA_MTU, 0),
                mac.length == 6 ? Optional.of(Mac.of(mac)) : Optional.empty(),
                body.getInt(8),
                attributes.string(IFLA_IFALIAS),
                limits);
        var place = new Link.Place(
                attributes.u32(IFLA_MASTER, 0),
                attributes.u32(IFLA_LINK, 0),
                attributes.u32(IFLA_LINK_NETNSID, -1),
                attributes.raw(IFLA_STATS64).map(LinkCodec::statistics).orElse(Link.Statistics.NONE));
        String kind = attributes.nested(IFLA_LINKINFO).string(INFO_KIND);
        return new Link(body.getInt(4), attributes.string(IFLA_IFNAME), kind, settings, place);
    }

    /// `struct rtnl_link_stats64`: counts of packets, bytes, errors and drops, each received then sent.
    private static Link.Statistics statistics(ByteBuffer stats) {
        return new Link.Statistics(
                stats.getLong(0),
                stats.getLong(8),
                stats.getLong(16),
                stats.getLong(24),
                stats.getLong(48),
                stats.getLong(56));
    }

    /// The XDP program of a device in the calling thread's namespace.
    static OptionalInt xdpProgram(int ifindex) {
        try (NlSocket socket = NlSocket.open(0)) {
            ByteBuffer body = socket.get(get(ifindex), "device " + ifindex).body();
            int id = NlAttributes.of(body, FIXED_SIZE).nested(IFLA_XDP).u32(XDP_PROG_ID, 0);
            return id == 0 ? OptionalInt.empty() : OptionalInt.of(id);
        }
    }
}
