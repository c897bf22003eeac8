package io.stentor.agent.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.bpf.Bytes16;
import io.stentor.bpf.Bytes6;
import io.stentor.bpf.Codec;
import io.stentor.bpf.MapSpec;
import io.stentor.bpf.generated.Address;
import io.stentor.bpf.generated.AddressKey;
import io.stentor.bpf.generated.Counter;
import io.stentor.bpf.generated.CtAccount;
import io.stentor.bpf.generated.CtCounter;
import io.stentor.bpf.generated.CtEntry;
import io.stentor.bpf.generated.CtFlag;
import io.stentor.bpf.generated.CtHolder;
import io.stentor.bpf.generated.CtKey;
import io.stentor.bpf.generated.Endpoint;
import io.stentor.bpf.generated.EventBucket;
import io.stentor.bpf.generated.Family;
import io.stentor.bpf.generated.FragmentEntry;
import io.stentor.bpf.generated.FragmentKey;
import io.stentor.bpf.generated.LocalPod;
import io.stentor.bpf.generated.Maps;
import io.stentor.bpf.generated.NatAddress;
import io.stentor.bpf.generated.NatEntry;
import io.stentor.bpf.generated.NatKey;
import io.stentor.bpf.generated.NatRefused;
import io.stentor.bpf.generated.Range;
import io.stentor.bpf.generated.RangeKey;
import io.stentor.flow.KernelClock;
import io.stentor.flow.Wire;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import java.util.HexFormat;

/// Entries of the datapath's maps as JSON, in words where the layouts have numbers.
///
/// @param map   whose entries
/// @param clock that deadlines are told by
record MapRows(MapSpec<?, ?> map, KernelClock clock) {
    /// The family stands before the address in the tries' keys.
    private static final int FAMILY_BITS = 32;

    ObjectNode entry(byte[] key, byte[] value) {
        ObjectNode row = key(key);
        put(row, map.value(), value);
        return row;
    }

    ObjectNode key(byte[] bytes) {
        ObjectNode row = Rows.object();
        if (!map.key().equals(Codec.U32)) {
            put(row, map.key(), bytes);
            return row;
        }
        int index = Codec.U32.decode(bytes);
        if (map.equals(Maps.METRICS)) {
            DatapathCounters.Kind kind = DatapathCounters.Kind.of(index);
            row.put("verdict", kind.forwarded() ? "forwarded" : "dropped");
            row.put("reason", kind.forwarded() ? "" : kind.reasonText());
            row.put("direction", Wire.text(kind.direction()));
        } else {
            row.put(index(), Integer.toUnsignedLong(index));
            if (map.equals(Maps.CT_ACCOUNTS)) {
                row.put("holder", holder(index));
            }
        }
        return row;
    }

    private String index() {
        if (map.equals(Maps.ENDPOINTS)) {
            return "ifindex";
        }
        return map.equals(Maps.BACKENDS) ? "backend" : "index";
    }

    private static String holder(int index) {
        return switch (index) {
            case 0 -> "node";
            case CtHolder.ALL -> "all";
            case CtHolder.NAT -> "nat";
            default -> "endpoint " + index;
        };
    }

    ObjectNode value(byte[] bytes) {
        ObjectNode row = Rows.object();
        put(row, map.value(), bytes);
        return row;
    }

    /// Where the layout leaves the family to the key: an IPv4 address has nothing after its first four bytes.
    static Family family(Bytes16 address) {
        return address.low() == 0 && (int) address.high() == 0 ? Family.IPV4 : Family.IPV6;
    }

    /// What the kernel holds need not be anything that the layout can say: then its bytes.
    private void put(ObjectNode row, Codec<?> codec, byte[] bytes) {
        try {
            put(row, codec.decode(bytes));
        } catch (IllegalArgumentException | IndexOutOfBoundsException unreadable) {
            row.put("bytes", HexFormat.of().formatHex(bytes));
        }
    }

    private void put(ObjectNode row, Object part) {
        switch (part) {
            case AddressKey k -> row.put("address", address(k.address(), k.family()));
            case Address a -> {
                row.put("kind", Wire.text(a.kind())).put("identity", Integer.toUnsignedLong(a.identity()));
                row.put("endpoint", a.endpoint()).put("ifindex", a.ifindex());
                row.put("mac", mac(a.mac())).put("node", address(a.node(), a.nodeFamily()));
            }
            case RangeKey k ->
                row.put("range", address(k.address(), k.family()) + "/" + (k.prefixLength() - FAMILY_BITS));
            case Range r -> {
                row.put("kind", Wire.text(r.kind())).put("identity", Integer.toUnsignedLong(r.identity()));
                row.put("node", address(r.node(), r.nodeFamily()));
            }
            case Endpoint e -> {
                row.put("id", e.id()).put("identity", Integer.toUnsignedLong(e.identity()));
                row.put("ipv4", e.ipv4().equals(Bytes16.ZERO) ? "" : address(e.ipv4(), Family.IPV4.code()));
                row.put("ipv6", e.ipv6().equals(Bytes16.ZERO) ? "" : address(e.ipv6(), Family.IPV6.code()));
                row.put("mac", mac(e.mac()));
            }
            case CtKey k -> {
                row.put("protocol", Wire.protocol(k.protocol()));
                row.put("low", end(k.low(), k.lowPort(), k.family()));
                row.put("high", end(k.high(), k.highPort(), k.family()));
                row.put("scope", Wire.text(k.scope()));
            }
            case CtEntry e -> connection(row, e);
            case NatKey k -> {
                row.put("protocol", Wire.protocol(k.protocol()));
                row.put("local", end(k.local(), k.localPort(), k.family()));
                row.put("remote", end(k.remote(), k.remotePort(), k.family()));
            }
            case LocalPod p -> {
                row.put("address", address(p.address(), family(p.address()).code()));
                row.put("endpoint", p.endpoint()).put("identity", Integer.toUnsignedLong(p.identity()));
                row.put("ifindex", p.ifindex()).put("mac", mac(p.mac()));
            }
            case NatEntry e -> {
                row.put("pod", end(e.pod(), e.port(), family(e.pod())));
                row.put("secondsLeft", clock.secondsUntil(e.deadline()));
            }
            case NatAddress a ->
                row.put("address", address(a.address(), a.family().code()));
            case NatRefused r -> {
                row.put("connections", r.connections());
                row.put("secondsAgo", -clock.secondsUntil(r.last()));
            }
            case FragmentKey k -> {
                row.put("protocol", Wire.protocol(k.protocol()));
                row.put("source", address(k.source(), k.family().code()));
                row.put("destination", address(k.destination(), k.family().code()));
                row.put("datagram", Integer.toUnsignedLong(k.id()));
                row.put("point", Wire.text(k.point()));
            }
            case FragmentEntry e -> {
                row.put("sourcePort", e.sourcePort()).put("destinationPort", e.destinationPort());
                row.put("seen", e.seen()).put("units", e.length());
                row.put("secondsLeft", clock.secondsUntil(e.deadline()));
            }
            case CtAccount a -> row.put("tcp", a.tcp()).put("other", a.other());
            case CtCounter c ->
                row.put("overShare", c.overShare()).put("full", c.full()).put("natOverShare", c.natOverShare());
            case Counter c -> row.put("packets", c.packets()).put("bytes", c.bytes());
            case EventBucket b -> row.put("suppressed", b.suppressed()).put("lost", b.lost());
            // A map's number in the kernel, which bpftool knows it by.
            case Integer number when map.shape().inner().isPresent() -> row.put("map", Integer.toUnsignedLong(number));
            case Integer number when map.equals(Maps.SLOTS) -> row.put("backend", Integer.toUnsignedLong(number));
            case Integer number -> row.put("value", Integer.toUnsignedLong(number));
            case Long number -> row.put("value", number);
            // A map that is newer than this class shows its entries as they call themselves.
            default -> {
                if (!new ServiceMapRows(row, clock).put(part)) {
                    row.put(part.getClass().getSimpleName(), part.toString());
                }
            }
        }
    }

    private void connection(ObjectNode row, CtEntry e) {
        row.put("began", (e.flags() & CtFlag.HIGH_BEGAN) != 0 ? "high" : "low");
        row.put("identity", Integer.toUnsignedLong(e.sourceIdentity())).put("endpoint", e.endpoint());
        ArrayNode flags = row.putArray("flags");
        flag(flags, e.flags() & CtFlag.ANSWERED, "answered");
        flag(flags, e.closes() & 0xffff, "closed-by-origin");
        flag(flags, e.closes() >>> 16, "closed-by-peer");
        ArrayNode tcp = row.putArray("tcp");
        Wire.tcpFlags(e.tcpFlags()).forEach(tcp::add);
        row.put("natPort", e.natPort()).put("service", Integer.toUnsignedLong(e.service()));
        row.put("peer", e.service() == 0 ? "" : end(e.peer(), e.peerPort(), family(e.peer())));
        row.put("secondsLeft", clock.secondsUntil(e.deadline()));
    }

    private static void flag(ArrayNode flags, int bits, String text) {
        if (bits != 0) {
            flags.add(text);
        }
    }

    static String end(Bytes16 address, int port, Family family) {
        String text = address(address, family.code());
        return family == Family.IPV6 ? "[" + text + "]:" + port : text + ":" + port;
    }

    static String address(Bytes16 bytes, int family) {
        return Wire.address(bytes, family).map(IpAddress::toString).orElse("");
    }

    private static String mac(Bytes6 mac) {
        return mac.equals(Bytes6.ZERO) ? "" : new MacAddress(mac.value()).toString();
    }
}
