package io.stentor.datapath;

import io.stentor.model.Family;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// Makes the bytes of a packet from its layers.
final class PacketBuilder {
    private static final Map<String, Integer> PROTOCOLS = Map.ofEntries(
            Map.entry("hopopts", 0),
            Map.entry("icmp", 1),
            Map.entry("ipv4", 4),
            Map.entry("tcp", 6),
            Map.entry("udp", 17),
            Map.entry("ipv6", 41),
            Map.entry("sctp", 132),
            Map.entry("routing", 43),
            Map.entry("frag", 44),
            Map.entry("icmpv6", 58),
            Map.entry("solicit", 58),
            Map.entry("advertise", 58),
            Map.entry("dstopts", 60));
    private static final Map<String, Integer> ETHERTYPES = Map.of("ipv4", 0x0800, "arp", 0x0806, "ipv6", 0x86dd);
    private static final int NO_NEXT = 59;
    private static final byte[] NO_ADDRESSES = {};

    private final Names names;

    PacketBuilder(Names names) {
        this.names = names;
    }

    /// @throws IllegalArgumentException if a layer or an address is unknown
    byte[] build(String text) {
        List<Layer> layers = Layer.parse(text);
        Layer last = layers.getLast();
        boolean cut = last.name().equals("cut");
        byte[] bytes = build(cut ? layers.subList(0, layers.size() - 1) : layers, NO_ADDRESSES);
        return cut ? Arrays.copyOf(bytes, last.number(0)) : bytes;
    }

    /// Bits that `*` leaves open, where it stands for a number of 16 bits: set in the answer.
    byte[] open(String text) {
        byte[] zeros = build(text);
        byte[] ones = build(text.replace("*", "65535"));
        for (int i = 0; i < zeros.length; i++) {
            zeros[i] ^= ones[i];
        }
        return zeros;
    }

    /// @param addresses of the innermost IP header around, for pseudo headers
    private byte[] build(List<Layer> layers, byte[] addresses) {
        if (layers.isEmpty()) {
            return new byte[0];
        }
        Layer layer = layers.getFirst();
        List<Layer> rest = layers.subList(1, layers.size());
        return switch (layer.name()) {
            case "eth" -> ethernet(layer, rest);
            case "arp" -> arp(layer);
            case "ipv4" -> ipv4(layer, rest);
            case "ipv6" -> ipv6(layer, rest);
            case "hopopts", "routing", "dstopts" -> extension(layer, rest, addresses);
            case "frag" -> fragment(layer, rest, addresses);
            case "tcp" -> checked(layer, PacketHeaders.tcp(layer), rest, addresses, 16);
            case "udp" -> udp(layer, rest, addresses);
            case "icmp" -> checked(layer, PacketHeaders.icmp(layer), rest, NO_ADDRESSES, 2);
            case "icmpv6" -> checked(layer, PacketHeaders.icmp(layer), rest, addresses, 2);
            case "solicit" -> checked(layer, PacketHeaders.neighbour(layer, 135, 1, names), rest, addresses, 2);
            case "advertise" -> checked(layer, PacketHeaders.neighbour(layer, 136, 2, names), rest, addresses, 2);
            case "sctp" -> join(PacketHeaders.sctp(layer), build(rest, addresses));
            case "vxlan" -> join(PacketHeaders.vxlan(layer), build(rest, NO_ADDRESSES));
            case "payload" -> join(pattern(layer.number(0)), build(rest, addresses));
            case "hex" -> join(HexFormat.of().parseHex(layer.value(0)), build(rest, addresses));
            default -> throw new IllegalArgumentException("no layer is called " + layer.name());
        };
    }

    private byte[] ethernet(Layer layer, List<Layer> rest) {
        int type = rest.isEmpty() ? 0 : ETHERTYPES.getOrDefault(rest.getFirst().name(), 0);
        ByteBuffer header = ByteBuffer.allocate(14);
        header.put(names.mac(layer.value(1)).bytes());
        header.put(names.mac(layer.value(0)).bytes());
        header.putShort((short) layer.option("type", type));
        return join(header.array(), build(rest, NO_ADDRESSES));
    }

    private byte[] arp(Layer layer) {
        return ByteBuffer.allocate(28)
                .putShort((short) 1)
                .putShort((short) 0x0800)
                .put((byte) 6)
                .put((byte) 4)
                .putShort((short) (layer.value(0).equals("request") ? 1 : 2))
                .put(names.mac(layer.value(1)).bytes())
                .put(names.address(layer.value(2), Family.IPV4).bytes())
                .put(names.mac(layer.value(3)).bytes())
                .put(names.address(layer.value(4), Family.IPV4).bytes())
                .array();
    }

    private byte[] ipv4(Layer layer, List<Layer> rest) {
        byte[] addresses = addresses(layer, Family.IPV4);
        byte[] content = build(rest, addresses);
        byte[] options = HexFormat.of().parseHex(layer.options().getOrDefault("options", ""));
        int length = 20 + options.length;
        int fragment = layer.option("df", 0) << 14 | layer.option("mf", 0) << 13 | layer.option("offset", 0) / 8;
        ByteBuffer header = ByteBuffer.allocate(length)
                .put((byte) (4 << 4 | length / 4))
                .put((byte) layer.option("tos", 0))
                .putShort((short) layer.option("len", length + content.length))
                .putShort((short) layer.option("id", 0))
                .putShort((short) fragment)
                .put((byte) layer.option("ttl", 64))
                .put((byte) layer.option("proto", protocol(rest)))
                .putShort((short) 0)
                .put(addresses)
                .put(options);
        header.putShort(10, (short) layer.option("checksum", Checksum.of(header.array())));
        return join(header.array(), content);
    }

    private byte[] ipv6(Layer layer, List<Layer> rest) {
        byte[] addresses = addresses(layer, Family.IPV6);
        byte[] content = build(rest, addresses);
        byte[] header = ByteBuffer.allocate(40)
                .putInt(6 << 28)
                .putShort((short) layer.option("len", content.length))
                .put((byte) layer.option("next", protocol(rest)))
                .put((byte) layer.option("hop", 64))
                .put(addresses)
                .array();
        return join(header, content);
    }

    private byte[] extension(Layer layer, List<Layer> rest, byte[] addresses) {
        int words = layer.option("words", 0);
        byte[] header = new byte[8 + 8 * words];
        header[0] = (byte) layer.option("next", protocol(rest));
        header[1] = (byte) words;
        // PadN over the rest
        header[2] = 1;
        header[3] = (byte) (header.length - 4);
        return join(header, build(rest, addresses));
    }

    private byte[] fragment(Layer layer, List<Layer> rest, byte[] addresses) {
        byte[] header = ByteBuffer.allocate(8)
                .put((byte) layer.option("next", protocol(rest)))
                .put((byte) 0)
                .putShort((short) (layer.option("offset", 0) | layer.option("more", 0)))
                .putInt(layer.number(0))
                .array();
        return join(header, build(rest, addresses));
    }

    private byte[] udp(Layer layer, List<Layer> rest, byte[] addresses) {
        byte[] content = build(rest, addresses);
        ByteBuffer datagram = ByteBuffer.allocate(8 + content.length)
                .putShort((short) layer.number(0))
                .putShort((short) layer.number(1))
                .putShort((short) layer.option("len", 8 + content.length))
                .putShort((short) 0)
                .put(content);
        int checksum = Checksum.of(datagram.array(), addresses, 17);
        datagram.putShort(6, (short) layer.option("checksum", checksum == 0 ? 0xffff : checksum));
        return datagram.array();
    }

    /// @param addresses empty where the checksum has no pseudo header
    private byte[] checked(Layer layer, byte[] header, List<Layer> rest, byte[] addresses, int at) {
        boolean quotes = layer.name().startsWith("icmp");
        byte[] all = join(header, build(rest, quotes ? NO_ADDRESSES : addresses));
        int protocol = PROTOCOLS.getOrDefault(layer.name(), 0);
        int checksum = addresses.length == 0 ? Checksum.of(all) : Checksum.of(all, addresses, protocol);
        ByteBuffer.wrap(all).putShort(at, (short) layer.option("checksum", checksum));
        return all;
    }

    private byte[] addresses(Layer layer, Family family) {
        return join(
                names.address(layer.value(0), family).bytes(),
                names.address(layer.value(1), family).bytes());
    }

    private static int protocol(List<Layer> rest) {
        return rest.isEmpty() ? NO_NEXT : PROTOCOLS.getOrDefault(rest.getFirst().name(), NO_NEXT);
    }

    /// 0, 1, 2 … so that what moved is seen.
    static byte[] pattern(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
