package io.stentor.kernel.net;

import java.util.Optional;

/// A network interface as the kernel describes it.
///
/// @param index    its number in its namespace
/// @param kind     `veth`, `vxlan`, `bridge`, …; "" for hardware and loopback
/// @param settings what can be set
/// @param place    how it stands to others
public record Link(int index, String name, String kind, Settings settings, Place place) {
    private static final int IFF_UP = 1;
    private static final int IFF_LOOPBACK = 8;
    private static final int IFF_RUNNING = 0x40;

    /// @param mac   absent for links without Ethernet addresses
    /// @param flags `IFF_…` of `linux/if.h`
    /// @param alias free text, "" if none
    public record Settings(int mtu, Optional<Mac> mac, int flags, String alias, Limits limits) {}

    /// Largest super-packets in bytes and segments; 0 where the kernel does not say.
    public record Limits(int gsoMaxSize, int gsoMaxSegments, int groMaxSize, int tsoMaxSize) {}

    /// @param master the bridge or bond it belongs to, 0 if none
    /// @param peer   the other end of a veth, or the device below; 0 if none;
    ///     in the namespace `peerNamespace` if that is not -1
    public record Place(int master, int peer, int peerNamespace, Statistics statistics) {}

    public record Statistics(
            long rxPackets, long txPackets, long rxBytes, long txBytes, long rxDropped, long txDropped) {
        public static final Statistics NONE = new Statistics(0, 0, 0, 0, 0, 0);
    }

    /// Whether it is set up, whatever the cable does.
    public boolean up() {
        return (settings.flags & IFF_UP) != 0;
    }

    /// Whether packets can go.
    public boolean running() {
        return (settings.flags & IFF_RUNNING) != 0;
    }

    public boolean loopback() {
        return (settings.flags & IFF_LOOPBACK) != 0;
    }

    public int mtu() {
        return settings.mtu;
    }

    public Optional<Mac> mac() {
        return settings.mac;
    }

    public String alias() {
        return settings.alias;
    }

    public int master() {
        return place.master;
    }

    public int peer() {
        return place.peer;
    }
}
