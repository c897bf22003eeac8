package io.stentor.lab.traffic;

import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/// Frames as no honest program sends them, in hex for `talk.py frame`.
///
/// @param from sender's MAC
/// @param to   receiver's MAC
record Frames(MacAddress from, MacAddress to) {

    private static final int IPV4 = 0x0800;
    private static final int ARP = 0x0806;
    private static final int IPV6 = 0x86dd;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;
    private static final int FRAGMENT = 44;
    private static final int TTL = 64;

    private String frame(int type, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length);
        frame.put(bytes(to)).put(bytes(from)).putShort((short) type).put(payload);
        return HexFormat.of().formatHex(frame.array());
    }

    /// An IP packet.
    String ip(IpAddress source, IpAddress destination, int protocol, byte[] payload) {
        return source.family() == Family.IPV4
                ? frame(IPV4, ipv4(source, destination, protocol, 0, payload))
                : frame(IPV6, ipv6(source, destination, protocol, TTL, payload));
    }

    /// A datagram; over IPv4 without a checksum, over IPv6 with a wrong one: neither gets far enough to matter.
    String udp(IpAddress source, IpAddress destination, int port, byte[] payload) {
        return ip(source, destination, UDP, datagram(port, payload));
    }

    /// A later fragment of a datagram whose first one nobody sends.
    String laterFragment(IpAddress source, IpAddress destination) {
        byte[] payload = new byte[64];
        if (source.family() == Family.IPV4) {
            return frame(IPV4, ipv4(source, destination, UDP, 100, payload));
        }
        ByteBuffer fragment = ByteBuffer.allocate(8 + payload.length);
        fragment.put((byte) UDP).put((byte) 0).putShort((short) (100 << 3)).putInt(7);
        return frame(IPV6, ipv6(source, destination, FRAGMENT, TTL, fragment.array()));
    }

    /// Who has `asked`? Told to `asker`.
    String arp(IpAddress asker, IpAddress asked) {
        ByteBuffer arp = ByteBuffer.allocate(28);
        arp.putShort((short) 1)
                .putShort((short) IPV4)
                .put((byte) 6)
                .put((byte) 4)
                .putShort((short) 1);
        arp.put(bytes(from)).put(asker.bytes()).put(new byte[6]).put(asked.bytes());
        return frame(ARP, arp.array());
    }

    /// A message of neighbour discovery: type 135 asks for `target`, 136 claims it.
    String neighbour(int type, IpAddress source, IpAddress destination, IpAddress target) {
        ByteBuffer message = ByteBuffer.allocate(32);
        message.put((byte) type).put((byte) 0).putShort((short) 0).putInt(type == 136 ? 0x20000000 : 0);
        message.put(target.bytes());
        message.put((byte) (type == 136 ? 2 : 1)).put((byte) 1).put(bytes(from));
        message.putShort(2, checksum(source, destination, message.array()));
        return frame(IPV6, ipv6(source, destination, ICMPV6, 255, message.array()));
    }

    /// A VXLAN packet between `outer`s that carries a datagram from `source` to `destination`.
    static byte[] vxlan(int vni, Frames inner, IpAddress source, IpAddress destination) {
        byte[] frame = HexFormat.of().parseHex(inner.udp(source, destination, Place.PORT, new byte[8]));
        ByteBuffer vxlan = ByteBuffer.allocate(8 + frame.length);
        return vxlan.putInt(0x08000000).putInt(vni << 8).put(frame).array();
    }

    private static byte[] datagram(int port, byte[] payload) {
        ByteBuffer udp = ByteBuffer.allocate(8 + payload.length);
        udp.putShort((short) 40000).putShort((short) port).putShort((short) (8 + payload.length));
        return udp.putShort((short) 0).put(payload).array();
    }

    private static byte[] ipv4(IpAddress source, IpAddress destination, int protocol, int offset, byte[] payload) {
        ByteBuffer ip = ByteBuffer.allocate(20 + payload.length);
        ip.put((byte) 0x45).put((byte) 0).putShort((short) (20 + payload.length));
        ip.putShort((short) 7)
                .putShort((short) offset)
                .put((byte) TTL)
                .put((byte) protocol)
                .putShort((short) 0);
        ip.put(source.bytes()).put(destination.bytes());
        ip.putShort(10, (short) ~sum(ip.array(), 20, 0));
        return ip.put(payload).array();
    }

    private static byte[] ipv6(IpAddress source, IpAddress destination, int protocol, int hops, byte[] payload) {
        ByteBuffer ip = ByteBuffer.allocate(40 + payload.length);
        ip.putInt(0x60000000)
                .putShort((short) payload.length)
                .put((byte) protocol)
                .put((byte) hops);
        return ip.put(source.bytes()).put(destination.bytes()).put(payload).array();
    }

    private static short checksum(IpAddress source, IpAddress destination, byte[] message) {
        int sum = sum(source.bytes(), 16, sum(destination.bytes(), 16, ICMPV6 + message.length));
        return (short) ~sum(message, message.length, sum);
    }

    private static int sum(byte[] data, int length, int begin) {
        int sum = begin;
        for (int i = 0; i < length; i += 2) {
            sum += (data[i] & 0xff) << 8 | (data[i + 1] & 0xff);
        }
        while (sum >> 16 != 0) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return sum;
    }

    private static byte[] bytes(MacAddress mac) {
        return HexFormat.ofDelimiter(":").parseHex(mac.toString());
    }
}
