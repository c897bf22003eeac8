package io.stentor.kernel.net;

import java.net.Inet4Address;
import java.net.InetAddress;

/// How far an address or route reaches.
public enum Scope {
    UNIVERSE(0),
    SITE(200),
    LINK(253),
    HOST(254),
    NOWHERE(255);

    private final int number;

    Scope(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    public static Scope of(int number) {
        for (Scope scope : values()) {
            if (scope.number == number) {
                return scope;
            }
        }
        return UNIVERSE;
    }

    /// What the kernel derives for an IPv6 address, and what is usual for an IPv4 one.
    static Scope of(InetAddress address) {
        if (address.isLoopbackAddress()) {
            return HOST;
        }
        return address.isLinkLocalAddress() && !(address instanceof Inet4Address) ? LINK : UNIVERSE;
    }
}
