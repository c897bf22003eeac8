package io.stentor.model;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/// An IPv4 or IPv6 address without a zone.
///
/// @param family which of the two
/// @param high   the first eight bytes in network order; 0 for IPv4
/// @param low    the last eight bytes in network order; for IPv4 its four bytes in the lowest 32 bits
public record IpAddress(Family family, long high, long low) implements Comparable<IpAddress> {

    public IpAddress {
        if (family == Family.IPV4 && (high != 0 || low >>> 32 != 0)) {
            throw new IllegalArgumentException("an IPv4 address has 32 bits");
        }
    }

    /// Reads an address in its usual notation; names, zones and IPv4 shorthand such as `10.1` are not addresses.
    public static Optional<IpAddress> parse(String text) {
        boolean v6 = text.indexOf(':') >= 0;
        if (v6 ? !text.matches("[0-9a-fA-F:.]{2,45}") : !isDottedQuad(text)) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    v6 ? parseV6(text) : of(InetAddress.getByName(text).getAddress()));
        } catch (UnknownHostException malformed) {
            return Optional.empty();
        }
    }

    /// As [#parse], for text that is known to be an address.
    ///
    /// @throws IllegalArgumentException if it is not
    public static IpAddress of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("not an IP address: " + text));
    }

    /// @param bytes four or sixteen, in network order
    public static IpAddress of(byte[] bytes) {
        return switch (bytes.length) {
            case 4 -> new IpAddress(Family.IPV4, 0, number(bytes, 0, 4));
            case 16 -> new IpAddress(Family.IPV6, number(bytes, 0, 8), number(bytes, 8, 8));
            default -> throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length);
        };
    }

    /// Java's own parser turns v4-mapped addresses into IPv4; here they stay what was written.
    private static IpAddress parseV6(String text) throws UnknownHostException {
        byte[] bytes = InetAddress.getByName(text).getAddress();
        return bytes.length == 16 ? of(bytes) : new IpAddress(Family.IPV6, 0, 0xffffL << 32 | number(bytes, 0, 4));
    }

    private static boolean isDottedQuad(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            if (!part.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(part) > 255) {
                return false;
            }
        }
        return true;
    }

    private static long number(byte[] bytes, int from, int length) {
        long value = 0;
        for (int i = from; i < from + length; i++) {
            value = value << 8 | (bytes[i] & 0xff);
        }
        return value;
    }

    /// Four or sixteen bytes in network order.
    public byte[] bytes() {
        byte[] bytes = new byte[family.bytes()];
        for (int i = 0; i < bytes.length; i++) {
            int fromEnd = bytes.length - 1 - i;
            bytes[i] = (byte) (fromEnd < 8 ? low >>> (8 * fromEnd) : high >>> (8 * (fromEnd - 8)));
        }
        return bytes;
    }

    /// This address and nothing else, as a range.
    public Cidr host() {
        return new Cidr(this, family.bits());
    }

    /// The address `offset` further on, within the family's space.
    public IpAddress plus(long offset) {
        if (family == Family.IPV4) {
            return new IpAddress(family, 0, (low + offset) & 0xffffffffL);
        }
        long sum = low + offset;
        boolean carry = Long.compareUnsigned(sum, low) < 0;
        return new IpAddress(family, carry ? high + 1 : high, sum);
    }

    /// IPv4 before IPv6, then by number.
    @Override
    public int compareTo(IpAddress other) {
        int order = family.compareTo(other.family);
        order = order != 0 ? order : Long.compareUnsigned(high, other.high);
        return order != 0 ? order : Long.compareUnsigned(low, other.low);
    }

    /// RFC 5952 for IPv6.
    @Override
    public String toString() {
        if (family == Family.IPV4) {
            return (low >>> 24) + "." + (low >>> 16 & 0xff) + "." + (low >>> 8 & 0xff) + "." + (low & 0xff);
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (int) ((i < 4 ? high >>> (48 - 16 * i) : low >>> (48 - 16 * (i - 4))) & 0xffff);
        }
        int zeros = 0;
        int start = -1;
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && groups[i + run] == 0) {
                run++;
            }
            if (run > zeros && run > 1) {
                zeros = run;
                start = i;
            }
        }
        StringBuilder text = new StringBuilder(40);
        for (int i = 0; i < 8; i++) {
            if (i == start) {
                text.append("::");
                i += zeros - 1;
            } else {
                if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }
}
