package io.stentor.flow;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.DropReason;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Fields of packets and layouts in words.
public final class Wire {
    private static final String[] TCP_FLAGS = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};

    private Wire() {}

    /// An address as the layouts hold it: IPv4 in the first four bytes.
    ///
    /// @param family 4 or 6; other numbers stand for no address
    public static Optional<IpAddress> address(Bytes16 bytes, int family) {
        return switch (family) {
            case 4 -> Optional.of(new IpAddress(Family.IPV4, 0, bytes.high() >>> 32));
            case 6 -> Optional.of(new IpAddress(Family.IPV6, bytes.high(), bytes.low()));
            default -> Optional.empty();
        };
    }

    /// An IP protocol's name, or its number when it is none that pods use.
    public static String protocol(int number) {
        return switch (number) {
            case 1 -> "ICMP";
            case 6 -> "TCP";
            case 17 -> "UDP";
            case 58 -> "ICMPv6";
            case 132 -> "SCTP";
            default -> Integer.toString(number);
        };
    }

    /// A drop reason in the words that metrics use, or its number when it has none.
    public static String dropReason(int number) {
        for (DropReason known : DropReason.values()) {
            if (known.code() == number) {
                return known.sentence();
            }
        }
        return Integer.toString(number);
    }

    /// Whether a protocol has ICMP's type and code in the place of ports.
    public static boolean isIcmp(int protocol) {
        return protocol == 1 || protocol == 58;
    }

    /// The flags that are set, lowest bit first.
    public static List<String> tcpFlags(int bits) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < TCP_FLAGS.length; i++) {
            if ((bits & 1 << i) != 0) {
                names.add(TCP_FLAGS[i]);
            }
        }
        return names;
    }

    /// A constant's name as people see it: `FROM_ENDPOINT` is `from-endpoint`.
    public static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
