package io.stentor.agent.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.AffinityEntry;
import io.stentor.bpf.generated.AffinityKey;
import io.stentor.bpf.generated.AffinityMember;
import io.stentor.bpf.generated.Backend;
import io.stentor.bpf.generated.Frontend;
import io.stentor.bpf.generated.FrontendFlag;
import io.stentor.bpf.generated.FrontendKey;
import io.stentor.bpf.generated.Peer;
import io.stentor.bpf.generated.PeerKey;
import io.stentor.bpf.generated.SlotKey;
import io.stentor.bpf.generated.SourceRangeKey;
import io.stentor.flow.KernelClock;
import io.stentor.flow.Wire;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Keys and values of the services' maps, in words.
///
/// @param row   that they are put into
/// @param clock that deadlines are told by
record ServiceMapRows(ObjectNode row, KernelClock clock) {
    /// Service, family and what fills up to the address stand before it in the trie's key.
    private static final int SERVICE_BITS = 96;

    /// @return whether it is one of theirs
    boolean put(Object part) {
        switch (part) {
            case FrontendKey k ->
                // The address of all of a node's is the one that listens on all of them.
                row.put("protocol", Wire.protocol(k.protocol()))
                        .put("frontend", MapRows.end(k.address(), k.port(), k.family()));
            case Frontend f -> frontend(f);
            case SlotKey k -> row.put("list", Integer.toUnsignedLong(k.list())).put("slot", k.slot());
            case Backend b ->
                row.put("protocol", Wire.protocol(b.protocol()))
                        .put("address", MapRows.end(b.address(), b.port(), b.family()));
            case AffinityKey k -> {
                row.put(k.isCookie() == 0 ? "client" : "namespace", client(k));
                row.put("family", k.family().sentence()).put("service", Integer.toUnsignedLong(k.service()));
            }
            case AffinityEntry e ->
                row.put("backend", Integer.toUnsignedLong(e.backend()))
                        .put("secondsLeft", clock.secondsUntil(e.deadline()));
            case AffinityMember m ->
                row.put("list", Integer.toUnsignedLong(m.list())).put("backend", Integer.toUnsignedLong(m.backend()));
            case SourceRangeKey k -> {
                String address = MapRows.address(k.address(), k.family());
                row.put("service", Integer.toUnsignedLong(k.service()));
                row.put("range", address + "/" + (k.prefixLength() - SERVICE_BITS));
            }
            case PeerKey k ->
                row.put("socket", Long.toUnsignedString(k.cookie()))
                        .put("backend", MapRows.end(k.address(), k.port(), k.family()));
            case Peer p ->
                row.put("asked", MapRows.end(p.address(), p.port(), MapRows.family(p.address())))
                        .put("service", Integer.toUnsignedLong(p.service()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private void frontend(Frontend f) {
        row.put("service", Integer.toUnsignedLong(f.service()));
        row.put("inside", Integer.toUnsignedLong(f.inside())).put("insideBackends", f.insideCount());
        row.put("outside", Integer.toUnsignedLong(f.outside())).put("outsideBackends", f.outsideCount());
        row.put("affinitySeconds", Integer.toUnsignedLong(f.affinitySeconds()));
        flags(row.putArray("flags"), f.flags());
    }

    /// @param bits of [FrontendFlag]
    static void flags(ArrayNode flags, int bits) {
        flag(flags, bits & FrontendFlag.OUTSIDE, "outside");
        flag(flags, bits & FrontendFlag.LOCAL, "local");
        flag(flags, bits & FrontendFlag.RANGES, "ranges");
        flag(flags, bits & FrontendFlag.RANGES_DENY, "ranges-deny");
        flag(flags, bits & FrontendFlag.THIS_NODE, "this-node");
        flag(flags, bits & FrontendFlag.FOREIGN, "foreign");
    }

    private static void flag(ArrayNode flags, int bits, String text) {
        if (bits != 0) {
            flags.add(text);
        }
    }

    /// An address, or the cookie of a network namespace, as programs wrote it: in the machine's byte order.
    private static String client(AffinityKey key) {
        Bytes16 client = key.client();
        return key.isCookie() == 0
                ? MapRows.address(client, key.family().code())
                : Long.toUnsignedString(ByteBuffer.wrap(client.encode())
                        .order(ByteOrder.nativeOrder())
                        .getLong());
    }
}
