package io.stentor.datapath;

import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import java.nio.ByteBuffer;

/// Headers of one layer, their checksums still zero.
final class PacketHeaders {
    /// In the order of their bits.
    static final String TCP_FLAGS = "FSRPAU";

    private PacketHeaders() {}

    static byte[] tcp(Layer layer) {
        int flags = 0;
        for (char flag : layer.options().getOrDefault("flags", "A").toCharArray()) {
            int bit = TCP_FLAGS.indexOf(flag);
            if (bit < 0) {
                throw new IllegalArgumentException("no TCP flag " + flag + " among " + TCP_FLAGS);
            }
            flags |= 1 << bit;
        }
        return ByteBuffer.allocate(20)
                .putShort((short) layer.number(0))
                .putShort((short) layer.number(1))
                .putInt(layer.option("seq", 0))
                .putInt(layer.option("ack", 0))
                .put((byte) (5 << 4))
                .put((byte) flags)
                .putShort((short) layer.option("window", 0xffff))
                .array();
    }

    static byte[] sctp(Layer layer) {
        return ByteBuffer.allocate(12)
                .putShort((short) layer.number(0))
                .putShort((short) layer.number(1))
                .putInt(0)
                .putInt(layer.option("checksum", 0))
                .array();
    }

    static byte[] vxlan(Layer layer) {
        return ByteBuffer.allocate(8)
                .putInt(1 << 27)
                .putInt(layer.number(0) << 8)
                .array();
    }

    /// The second word is an identifier and a number, or the size that a too big packet should have had.
    static byte[] icmp(Layer layer) {
        ByteBuffer header = ByteBuffer.allocate(8)
                .put((byte) layer.number(0))
                .put((byte) layer.number(1))
                .putShort((short) 0);
        if (layer.options().containsKey("mtu")) {
            header.putInt(layer.option("mtu", 0));
        } else {
            header.putShort((short) layer.option("id", 0)).putShort((short) layer.option("seq", 0));
        }
        return header.array();
    }

    /// RFC 4861: a target and, if `mac` says so, one option with its link-layer address.
    static byte[] neighbour(Layer layer, int type, int option, Names names) {
        IpAddress target = names.address(layer.value(0), Family.IPV6);
        String mac = layer.options().get("mac");
        ByteBuffer message = ByteBuffer.allocate(mac == null ? 24 : 32)
                .put((byte) type)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(layer.option("flags", 0))
                .put(target.bytes());
        if (mac != null) {
            MacAddress address = names.mac(mac);
            message.put((byte) option).put((byte) 1).put(address.bytes());
        }
        return message.array();
    }
}
