package io.stentor.model;

import java.util.Optional;

/// A range of addresses: a prefix and its length in bits. Bits past the prefix are cleared.
public record Cidr(IpAddress address, int prefix) implements Comparable<Cidr> {

    public Cidr {
        if (prefix < 0 || prefix > address.family().bits()) {
            throw new IllegalArgumentException("/" + prefix + " is no prefix length of " + address.family());
        }
        address = masked(address, prefix);
    }

    /// Reads `address/length`.
    public static Optional<Cidr> parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("0|[1-9][0-9]{0,2}")) {
            return Optional.empty();
        }
        int prefix = Integer.parseInt(text.substring(slash + 1));
        return IpAddress.parse(text.substring(0, slash))
                .filter(a -> prefix <= a.family().bits())
                .map(a -> new Cidr(a, prefix));
    }

    /// As [#parse], for text that is known to be a range.
    ///
    /// @throws IllegalArgumentException if it is not
    public static Cidr of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("not a CIDR: " + text));
    }

    public Family family() {
        return address.family();
    }

    public boolean contains(IpAddress other) {
        return other.family() == family() && masked(other, prefix).equals(address);
    }

    public boolean overlaps(Cidr other) {
        return prefix <= other.prefix ? contains(other.address) : other.contains(address);
    }

    /// The prefix's bits, as an address: `255.255.255.0`.
    public IpAddress mask() {
        IpAddress ones = family() == Family.IPV4
                ? new IpAddress(Family.IPV4, 0, 0xffffffffL)
                : new IpAddress(Family.IPV6, -1L, -1L);
        return masked(ones, prefix);
    }

    private static IpAddress masked(IpAddress address, int prefix) {
        if (address.family() == Family.IPV4) {
            return new IpAddress(Family.IPV4, 0, address.low() & mask(prefix + 32) & 0xffffffffL);
        }
        return new IpAddress(
                Family.IPV6,
                address.high() & mask(Math.min(prefix, 64)),
                address.low() & mask(Math.max(0, prefix - 64)));
    }

    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L << (64 - bits);
    }

    @Override
    public int compareTo(Cidr other) {
        int order = address.compareTo(other.address);
        return order != 0 ? order : Integer.compare(prefix, other.prefix);
    }

    @Override
    public String toString() {
        return address + "/" + prefix;
    }
}
