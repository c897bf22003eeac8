package io.stentor.kernel.net;

import java.net.Inet4Address;
import java.net.InetAddress;

/// A range of addresses.
///
/// @param address its first address
/// @param length  how many leading bits count
public record Prefix(InetAddress address, int length) {
    public Prefix {
        if (length < 0 || length > address.getAddress().length * 8) {
            throw new IllegalArgumentException("prefix length " + length + " for " + address.getHostAddress());
        }
    }

    /// One address.
    public static Prefix host(InetAddress address) {
        return new Prefix(address, address.getAddress().length * 8);
    }

    /// @param text an address in its usual notation, and `/length` unless it is one address; names are refused
    public static Prefix of(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return host(InetAddress.ofLiteral(text));
        }
        return new Prefix(InetAddress.ofLiteral(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    public IpVersion version() {
        return IpVersion.of(address);
    }

    @Override
    public String toString() {
        String text = address.getHostAddress();
        return text + (length == (address instanceof Inet4Address ? 32 : 128) ? "" : "/" + length);
    }
}
