package io.stentor.kernel.net;

import java.net.InetAddress;
import java.util.Optional;

/// An entry of the ARP or neighbour discovery table.
///
/// @param mac   absent while it is not resolved
/// @param state `NUD_…` of `linux/neighbour.h`
/// @param flags `NTF_…`
public record Neighbour(int ifindex, InetAddress address, Optional<Mac> mac, int state, int flags) {
    public static final int REACHABLE = 0x02;
    public static final int STALE = 0x04;
    public static final int FAILED = 0x20;
    public static final int NOARP = 0x40;
    public static final int PERMANENT = 0x80;
    /// Answers for the address on behalf of another.
    public static final int PROXY = 0x08;

    /// One that is never asked for.
    public static Neighbour permanent(int ifindex, InetAddress address, Mac mac) {
        return new Neighbour(ifindex, address, Optional.of(mac), PERMANENT, 0);
    }

    public boolean permanent() {
        return (state & PERMANENT) != 0;
    }
}
