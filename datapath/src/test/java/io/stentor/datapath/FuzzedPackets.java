package io.stentor.datapath;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Packets as an enemy makes them: real ones of every kind between all that the world knows, most of them with some
/// bytes changed, cut off or added. A function of the seed.
final class FuzzedPackets {
    /// Ethernet, an IPv6 header with extensions and a quoted packet begin within these.
    private static final int HEADERS = 110;

    private static final List<String> HOSTS =
            List.of("web", "db", "far", "lost", "ghost", "a", "b", "stranger", "outside", "office", "shop");
    private static final List<String> PAYLOADS = List.of(
            "tcp(1000, 80, flags=A)/payload(40)",
            "tcp(80, 1000, flags=A)/payload(40)",
            "tcp(1000, 80, flags=S)",
            "tcp(80, 1000, flags=SA)",
            "tcp(8080, 1000, flags=A)/payload(40)",
            "tcp(1000, 8080, flags=A)/payload(40)",
            "tcp(1000, 80, flags=FA)",
            "tcp(80, 1000, flags=R)",
            "udp(1000, 53)/payload(8)",
            "udp(53, 1000)/payload(8)",
            "udp(40000, 8472)/vxlan(5)/eth(tunnel, gateway)/ipv4(db, far)/udp(1, 2)",
            "hex(00112233445566778899aabbccddeeff)");
    private static final List<String> IPV4 = List.of(
            "icmp(8, 0, id=7)/payload(8)",
            "icmp(0, 0, id=7)/payload(8)",
            "icmp(3, 4, mtu=1300)/ipv4(web, db)/tcp(1000, 80)",
            "icmp(11, 0)/ipv4(db, web)/udp(53, 1000)");
    private static final List<String> IPV6 = List.of(
            "icmpv6(128, 0, id=7)/payload(8)",
            "icmpv6(2, 0, mtu=1300)/ipv6(web, db)/tcp(1000, 80)",
            "solicit(gateway, mac=web)",
            "advertise(db, mac=web)",
            "hopopts()/udp(1000, 53)",
            "frag(9, more=1)/udp(1000, 53)/payload(16)",
            "dstopts()/routing()/tcp(1000, 80, flags=A)");

    private final Random random;
    private final List<byte[]> real = new ArrayList<>();

    FuzzedPackets(Names names, long seed) {
        random = new Random(seed);
        PacketBuilder builder = new PacketBuilder(names);
        real.add(builder.build("eth(web, gateway)/arp(request, web, web, gateway, gateway)"));
        real.add(builder.build("eth(db, gateway)/arp(request, web, web, gateway, db)"));
        for (String mac : List.of("web", "db")) {
            for (String source : List.of("web", "db", "far", "outside")) {
                for (String destination : HOSTS) {
                    String ends = "(" + source + ", " + destination + ")/";
                    String frame = "eth(" + mac + ", gateway)/";
                    PAYLOADS.forEach(p -> real.add(builder.build(frame + "ipv4" + ends + p)));
                    PAYLOADS.forEach(p -> real.add(builder.build(frame + "ipv6" + ends + p)));
                    IPV4.forEach(p -> real.add(builder.build(frame + "ipv4" + ends + p)));
                    IPV6.forEach(p -> real.add(builder.build(frame + "ipv6" + ends + p)));
                }
            }
        }
    }

    byte[] next() {
        byte[] packet = real.get(random.nextInt(real.size())).clone();
        switch (random.nextInt(8)) {
            case 0 -> {}
            case 1 -> packet = Arrays.copyOf(packet, 15 + random.nextInt(packet.length - 14));
            case 2 -> packet = Arrays.copyOf(packet, packet.length + random.nextInt(200));
            default -> change(packet);
        }
        return Arrays.copyOf(packet, Math.max(packet.length, least(packet)));
    }

    /// The kernel runs nothing on a packet that is shorter than the header that its Ethernet header announces.
    private static int least(byte[] packet) {
        return switch ((packet[12] & 0xff) << 8 | (packet[13] & 0xff)) {
            case 0x0800 -> 34;
            case 0x86dd -> 54;
            default -> 15;
        };
    }

    private void change(byte[] packet) {
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(Math.min(packet.length, HEADERS));
            packet[at] = switch (random.nextInt(4)) {
                case 0 -> (byte) (packet[at] ^ 1 << random.nextInt(8));
                case 1 -> (byte) 0;
                case 2 -> (byte) 0xff;
                default -> (byte) random.nextInt(256);
            };
        }
    }
}
