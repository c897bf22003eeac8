package io.stentor.datapath;

import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Writes a packet's bytes as layers: the reverse of [PacketBuilder], for messages that people read.
///
/// Each header is written with all its options first; those that the builder would choose by itself go away again.
final class PacketPrinter {
    private static final PacketBuilder BUILDER = new PacketBuilder(Names.NONE);

    private static final int VXLAN_PORT = 8472;

    private final List<Layer> layers = new ArrayList<>();
    private final ByteBuffer in;

    private PacketPrinter(byte[] packet) {
        in = ByteBuffer.wrap(packet);
    }

    static String print(byte[] packet) {
        PacketPrinter printer = new PacketPrinter(packet);
        printer.ethernet();
        printer.rest();
        return text(minimal(printer.layers, packet));
    }

    private static List<Layer> minimal(List<Layer> full, byte[] packet) {
        List<Layer> layers = new ArrayList<>(full);
        for (int i = 0; i < layers.size(); i++) {
            for (String option : List.copyOf(layers.get(i).options().keySet())) {
                Layer before = layers.get(i);
                Map<String, String> fewer = new LinkedHashMap<>(before.options());
                fewer.remove(option);
                layers.set(i, new Layer(before.name(), before.values(), fewer));
                if (!Arrays.equals(BUILDER.build(text(layers)), packet)) {
                    layers.set(i, before);
                }
            }
        }
        return layers;
    }

    private static String text(List<Layer> layers) {
        return layers.stream().map(Layer::toString).collect(Collectors.joining("/"));
    }

    private void ethernet() {
        if (in.remaining() < 14) {
            return;
        }
        MacAddress destination = mac();
        MacAddress source = mac();
        int type = u16();
        add("eth", List.of(source.toString(), destination.toString()), "type", hex(type));
        switch (type) {
            case 0x0800 -> ipv4();
            case 0x0806 -> arp();
            case 0x86dd -> ipv6();
            default -> {}
        }
    }

    private void arp() {
        if (in.remaining() < 28) {
            return;
        }
        int operation = in.getShort(in.position() + 6);
        skip(8);
        add(
                "arp",
                List.of(
                        operation == 1 ? "request" : "reply",
                        mac().toString(),
                        address(4).toString(),
                        mac().toString(),
                        address(4).toString()));
    }

    private void ipv4() {
        int at = in.position();
        int length = in.remaining() < 20 || version() != 4 ? 0 : (in.get(at) & 15) * 4;
        if (length < 20 || in.remaining() < length) {
            return;
        }
        int fragment = in.getShort(at + 6) & 0xffff;
        int protocol = in.get(at + 9) & 0xff;
        in.position(at + 12);
        List<String> addresses = List.of(address(4).toString(), address(4).toString());
        byte[] options = new byte[length - 20];
        in.get(options);
        add(
                "ipv4",
                addresses,
                "ttl",
                String.valueOf(in.get(at + 8) & 0xff),
                "id",
                String.valueOf(in.getShort(at + 4) & 0xffff),
                "df",
                String.valueOf(fragment >>> 14 & 1),
                "mf",
                String.valueOf(fragment >>> 13 & 1),
                "offset",
                String.valueOf((fragment & 0x1fff) * 8),
                "proto",
                String.valueOf(protocol),
                "len",
                String.valueOf(in.getShort(at + 2) & 0xffff),
                "tos",
                String.valueOf(in.get(at + 1) & 0xff),
                "checksum",
                hex(in.getShort(at + 10)),
                "options",
                HexFormat.of().formatHex(options));
        if ((fragment & 0x1fff) == 0) {
            transport(protocol);
        }
    }

    private void ipv6() {
        int at = in.position();
        if (in.remaining() < 40 || version() != 6) {
            return;
        }
        int next = in.get(at + 6) & 0xff;
        in.position(at + 8);
        List<String> addresses = List.of(address(16).toString(), address(16).toString());
        add(
                "ipv6",
                addresses,
                "hop",
                String.valueOf(in.get(at + 7) & 0xff),
                "next",
                String.valueOf(next),
                "len",
                String.valueOf(in.getShort(at + 4) & 0xffff));
        transport(next);
    }

    private void transport(int protocol) {
        switch (protocol) {
            case 0 -> extension("hopopts");
            case 43 -> extension("routing");
            case 60 -> extension("dstopts");
            case 44 -> fragment();
            case 6 -> tcp();
            case 17 -> udp();
            case 1 -> icmp("icmp");
            case 58 -> icmp("icmpv6");
            default -> {}
        }
    }

    private void extension(String name) {
        int words = in.remaining() < 8 ? 0 : in.get(in.position() + 1) & 0xff;
        if (in.remaining() < 8 + 8 * words) {
            return;
        }
        int next = in.get(in.position()) & 0xff;
        skip(8 + 8 * words);
        add(name, List.of(), "words", String.valueOf(words), "next", String.valueOf(next));
        transport(next);
    }

    private void fragment() {
        if (in.remaining() < 8) {
            return;
        }
        int next = in.get() & 0xff;
        in.get();
        int place = u16();
        String id = String.valueOf(in.getInt());
        String offset = String.valueOf(place & 0xfff8);
        add("frag", List.of(id), "offset", offset, "more", String.valueOf(place & 1), "next", String.valueOf(next));
        if ((place & 0xfff8) == 0) {
            transport(next);
        }
    }

    private void tcp() {
        int at = in.position();
        if (in.remaining() < 20 || (in.get(at + 12) & 0xff) != 5 << 4) {
            return;
        }
        StringBuilder flags = new StringBuilder();
        for (int i = 0; i < PacketHeaders.TCP_FLAGS.length(); i++) {
            flags.append((in.get(at + 13) >>> i & 1) == 0 ? "" : PacketHeaders.TCP_FLAGS.charAt(i));
        }
        skip(20);
        add(
                "tcp",
                ports(at),
                "flags",
                flags.toString(),
                "seq",
                hex32(at + 4),
                "ack",
                hex32(at + 8),
                "window",
                hex(in.getShort(at + 14)),
                "checksum",
                hex(in.getShort(at + 16)));
    }

    private void udp() {
        int at = in.position();
        if (in.remaining() < 8) {
            return;
        }
        skip(8);
        String length = String.valueOf(in.getShort(at + 4) & 0xffff);
        add("udp", ports(at), "len", length, "checksum", hex(in.getShort(at + 6)));
        if (in.getShort(at + 2) == VXLAN_PORT && in.remaining() > 8 && in.getInt(at + 8) == 1 << 27) {
            add("vxlan", List.of(String.valueOf(in.getInt(at + 12) >>> 8)));
            skip(8);
            ethernet();
        }
    }

    private void icmp(String name) {
        if (in.remaining() < 8) {
            return;
        }
        int type = in.get() & 0xff;
        String code = String.valueOf(in.get() & 0xff);
        String checksum = hex(u16());
        String id = String.valueOf(u16());
        add(name, List.of(String.valueOf(type), code), "id", id, "seq", String.valueOf(u16()), "checksum", checksum);
        boolean error = name.equals("icmp") ? type == 3 || type == 11 || type == 12 : type >= 1 && type <= 4;
        if (error && in.remaining() > 0) {
            if (version() == 4) {
                ipv4();
            } else {
                ipv6();
            }
        }
    }

    /// What no header explains.
    private void rest() {
        byte[] left = new byte[in.remaining()];
        in.get(left);
        if (left.length > 0 && Arrays.equals(left, PacketBuilder.pattern(left.length))) {
            add("payload", List.of(String.valueOf(left.length)));
        } else if (left.length > 0) {
            add("hex", List.of(HexFormat.of().formatHex(left)));
        }
    }

    private void add(String name, List<String> values, String... options) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            map.put(options[i], options[i + 1]);
        }
        layers.add(new Layer(name, values, map));
    }

    private List<String> ports(int at) {
        return List.of(String.valueOf(in.getShort(at) & 0xffff), String.valueOf(in.getShort(at + 2) & 0xffff));
    }

    private String hex32(int at) {
        return "0x" + Integer.toHexString(in.getInt(at));
    }

    private static String hex(int number) {
        return "0x" + Integer.toHexString(number & 0xffff);
    }

    private int version() {
        return in.get(in.position()) >>> 4 & 15;
    }

    private int u16() {
        return in.getShort() & 0xffff;
    }

    private void skip(int bytes) {
        in.position(in.position() + bytes);
    }

    private MacAddress mac() {
        byte[] bytes = new byte[6];
        in.get(bytes);
        return MacAddress.of(bytes);
    }

    private IpAddress address(int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return IpAddress.of(bytes);
    }
}
