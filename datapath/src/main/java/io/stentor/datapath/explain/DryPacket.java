package io.stentor.datapath.explain;

import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import io.stentor.model.Protocol;
import java.nio.ByteBuffer;

/// The first packet of a connection: a SYN, or a datagram with a few bytes.
///
/// @param protocol TCP or UDP
public record DryPacket(IpAddress source, int sourcePort, IpAddress destination, int port, Protocol protocol) {
    private static final int ETHERNET = 14;
    private static final int TTL = 64;
    private static final int SYN = 0x02;
    private static final int TCP_HEADER = 20;
    private static final int UDP_HEADER = 8;
    private static final int CONTENT = 8;
    private static final int WINDOW = 0xffff;

    public DryPacket {
        if (source.family() != destination.family()) {
            throw new IllegalArgumentException(source + " and " + destination + " are of two families");
        }
        if (protocol == Protocol.SCTP) {
            throw new IllegalArgumentException("packets of SCTP are not made");
        }
    }

    /// With right checksums.
    public byte[] frame(MacAddress from, MacAddress to) {
        boolean ipv4 = source.family() == Family.IPV4;
        byte[] payload = protocol == Protocol.TCP ? tcp() : udp();
        ByteBuffer frame = ByteBuffer.allocate(ETHERNET + (ipv4 ? 20 : 40) + payload.length);
        put(frame, to);
        put(frame, from);
        frame.putShort((short) (ipv4 ? 0x0800 : 0x86dd));
        if (ipv4) {
            ipv4(frame, payload.length);
        } else {
            frame.putInt(6 << 28)
                    .putShort((short) payload.length)
                    .put((byte) protocol.number())
                    .put((byte) TTL);
            frame.put(source.bytes()).put(destination.bytes());
        }
        return frame.put(payload).array();
    }

    private static void put(ByteBuffer frame, MacAddress mac) {
        frame.putShort((short) (mac.value() >>> 32)).putInt((int) mac.value());
    }

    private void ipv4(ByteBuffer frame, int payload) {
        ByteBuffer header = ByteBuffer.allocate(20)
                .putShort((short) 0x4500)
                .putShort((short) (20 + payload))
                .putInt(0x4000)
                .put((byte) TTL)
                .put((byte) protocol.number())
                .putShort((short) 0)
                .put(source.bytes())
                .put(destination.bytes());
        header.putShort(10, checksum(header.array(), 0));
        frame.put(header.array());
    }

    private byte[] tcp() {
        ByteBuffer segment = ByteBuffer.allocate(TCP_HEADER)
                .putShort((short) sourcePort)
                .putShort((short) port)
                .putInt(1)
                .putInt(0)
                .put((byte) ((TCP_HEADER / 4) << 4))
                .put((byte) SYN)
                .putShort((short) WINDOW);
        return segment.putShort(16, checksum(segment.array(), pseudo(TCP_HEADER)))
                .array();
    }

    private byte[] udp() {
        int length = UDP_HEADER + CONTENT;
        ByteBuffer datagram = ByteBuffer.allocate(length)
                .putShort((short) sourcePort)
                .putShort((short) port)
                .putShort((short) length);
        short sum = checksum(datagram.array(), pseudo(length));
        return datagram.putShort(6, sum == 0 ? (short) -1 : sum).array();
    }

    /// The sum over addresses, protocol and length (RFC 9293, 3.1; RFC 8200, 8.1).
    private long pseudo(int length) {
        return sum(source.bytes()) + sum(destination.bytes()) + protocol.number() + length;
    }

    private static long sum(byte[] bytes) {
        long sum = 0;
        for (int i = 0; i < bytes.length; i += 2) {
            sum += (bytes[i] & 0xff) << 8 | (bytes[i + 1] & 0xff);
        }
        return sum;
    }

    private static short checksum(byte[] bytes, long begin) {
        long sum = begin + sum(bytes);
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (short) ~sum;
    }
}
