package io.stentor.kernel.net;

import java.net.Inet4Address;
import java.net.InetAddress;

/// The two IP versions, with their address family numbers.
public enum IpVersion {
    IPV4(2),
    IPV6(10);

    private final int family;

    IpVersion(int family) {
        this.family = family;
    }

    /// AF_INET or AF_INET6.
    public int family() {
        return family;
    }

    public static IpVersion of(InetAddress address) {
        return address instanceof Inet4Address ? IPV4 : IPV6;
    }

    /// All of its addresses.
    public Prefix everything() {
        return Prefix.of(this == IPV4 ? "0.0.0.0/0" : "::/0");
    }
}
