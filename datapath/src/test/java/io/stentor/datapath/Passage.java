package io.stentor.datapath;

import io.stentor.kernel.bpf.TestResult;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What became of one packet, read without the programs' help, and what must never become of any.
///
/// @param translated what may change of it on its way
@SuppressWarnings("ArrayRecordComponent")
record Passage(World world, byte[] in, TestResult result, Translated translated) {
    /// Whose addresses may change.
    enum Translated {
        NOBODYS,
        /// Of those that leave the node, and of what the node itself sends.
        MASQUERADED,
        /// Everybody's; also of what the stack gets then.
        BY_SERVICES
    }

    private static final int OK = 0;
    private static final int DROP = 2;
    private static final int REDIRECT = 7;
    private static final int ETHERNET = 14;
    private static final int ARP = 0x0806;
    private static final int SOLICITATION = 135;
    private static final List<String> LOCAL = List.of("web", "db");

    /// What is wrong with it as something that the pod `web` has sent, or nothing.
    Optional<String> wrongFromWeb() {
        if (result.value() == DROP) {
            return Optional.empty();
        }
        if (!mac(in, 6).equals(world.mac("web"))) {
            return Optional.of("another's MAC");
        }
        if (etherType(in) == ARP || isSolicitation()) {
            boolean answered =
                    result.value() == REDIRECT && mac(result.packet(), 0).equals(world.mac("web"));
            return answered ? Optional.empty() : Optional.of("no answer to the asker");
        }
        if (!source().filter(this::isWeb).isPresent()) {
            return Optional.of("another's address");
        }
        return wrongDelivery();
    }

    /// What is wrong with where it goes, or nothing.
    Optional<String> wrongDelivery() {
        return switch (result.value()) {
            case OK ->
                unchanged() || translated == Translated.BY_SERVICES
                        ? Optional.empty()
                        : Optional.of("the stack gets another packet");
            case DROP -> Optional.empty();
            case REDIRECT -> result.packet().length > in.length ? wrongTunnel() : wrongRedirect();
            default -> Optional.of("verdict " + result.value());
        };
    }

    /// As [#wrongDelivery] for hooks that let pass or drop, and leave packets as they are.
    Optional<String> wrongPassing() {
        return switch (result.value()) {
            case OK ->
                translated != Translated.NOBODYS || unchanged() ? Optional.empty() : Optional.of("another packet");
            case DROP -> Optional.empty();
            default -> Optional.of("verdict " + result.value());
        };
    }

    private boolean unchanged() {
        return Arrays.equals(in, result.packet());
    }

    private Optional<String> wrongRedirect() {
        byte[] out = result.packet();
        Optional<String> pod = LOCAL.stream()
                .filter(name -> mac(out, 0).equals(world.mac(name)))
                .findFirst();
        boolean toGateway = mac(in, 0).equals(mac(out, 0));
        for (String name : LOCAL) {
            boolean meant = destination(out).filter(a -> is(a, name)).isPresent();
            if (pod.filter(name::equals).isPresent() != meant && !(toGateway && !meant)) {
                return Optional.of("meant for " + name + ": " + meant + ", given to " + pod);
            }
        }
        return translated != Translated.NOBODYS || sameContent(out, ETHERNET)
                ? Optional.empty()
                : Optional.of("the content has changed");
    }

    private Optional<String> wrongTunnel() {
        byte[] out = result.packet();
        int outer = out.length - in.length;
        // The redirect writes the outer Ethernet header anew; until then its type is the inner packet's.
        boolean overIpv4 = out[ETHERNET] >> 4 == 4;
        IpAddress end = overIpv4 ? ip(Family.IPV4, out, ETHERNET + 16, 4) : ip(Family.IPV6, out, ETHERNET + 24, 16);
        if (!is(end, "b")) {
            return Optional.of("a tunnel to nobody");
        }
        byte[] inner = Arrays.copyOfRange(out, outer, out.length);
        boolean known = destination(inner)
                .filter(a -> is(a, "far") || is(a, "lost") || is(a, "b") || ofOtherNode(a))
                .isPresent();
        if (!known) {
            return Optional.of("a tunnel for what is not there");
        }
        return translated == Translated.BY_SERVICES || sameContent(inner, ETHERNET)
                ? Optional.empty()
                : Optional.of("the content has changed");
    }

    /// All but the TTL and, of IPv4, the checksum over it.
    private boolean sameContent(byte[] out, int from) {
        if (out.length != in.length) {
            return false;
        }
        boolean v6 = etherType(in) == 0x86dd;
        for (int i = from; i < in.length; i++) {
            int at = i - ETHERNET;
            boolean free = v6 ? at == 7 : at == 8 || at == 10 || at == 11;
            if (!free && in[i] != out[i]) {
                return false;
            }
        }
        int ttl = ETHERNET + (v6 ? 7 : 8);
        return (out[ttl] & 0xff) == (in[ttl] & 0xff) - 1;
    }

    private boolean isSolicitation() {
        return etherType(in) == 0x86dd
                && in.length > 54
                && in[20] == 58
                && (in[54] & 0xff) == SOLICITATION
                && result.value() == REDIRECT;
    }

    private boolean isWeb(IpAddress address) {
        return is(address, "web");
    }

    private boolean is(IpAddress address, String name) {
        return address.equals(world.address(name, address.family()));
    }

    private static boolean ofOtherNode(IpAddress address) {
        return address.toString().startsWith("10.0.2.") || address.toString().startsWith("fd00:2:");
    }

    private Optional<IpAddress> source() {
        return address(in, 12, 8);
    }

    private static Optional<IpAddress> destination(byte[] frame) {
        return address(frame, 16, 24);
    }

    private static Optional<IpAddress> address(byte[] frame, int atIpv4, int atIpv6) {
        return switch (etherType(frame)) {
            case 0x0800 -> Optional.of(ip(Family.IPV4, frame, ETHERNET + atIpv4, 4));
            case 0x86dd -> Optional.of(ip(Family.IPV6, frame, ETHERNET + atIpv6, 16));
            default -> Optional.empty();
        };
    }

    private static IpAddress ip(Family family, byte[] frame, int at, int length) {
        if (frame.length < at + length) {
            return new IpAddress(family, 0, 0);
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < length; i++) {
            high = length == 16 ? (high << 8) | (low >>> 56) : 0;
            low = (low << 8) | (frame[at + i] & 0xff);
        }
        return new IpAddress(family, high, low);
    }

    private static int etherType(byte[] frame) {
        return (frame[12] & 0xff) << 8 | (frame[13] & 0xff);
    }

    private static MacAddress mac(byte[] frame, int at) {
        long value = 0;
        for (int i = 0; i < 6; i++) {
            value = (value << 8) | (frame[at + i] & 0xff);
        }
        return new MacAddress(value);
    }
}
