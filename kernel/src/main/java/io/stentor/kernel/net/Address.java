package io.stentor.kernel.net;

import java.net.InetAddress;

/// An address of a link.
///
/// @param local its own address and the length of the range that is on the link
/// @param flags `IFA_F_…` of `linux/if_addr.h`; what the kernel adds for itself is not in here ([#tentative] aside)
public record Address(int ifindex, Prefix local, Scope scope, int flags) {
    /// No duplicate address detection (IPv6).
    public static final int NODAD = 0x02;

    public static final int DAD_FAILED = 0x08;
    public static final int TENTATIVE = 0x40;
    /// No route to the range is made.
    public static final int NO_PREFIX_ROUTE = 0x200;

    /// A global address that works at once.
    public static Address of(int ifindex, Prefix local) {
        int flags = local.version() == IpVersion.IPV6 ? NODAD : 0;
        return new Address(ifindex, local, Scope.of(local.address()), flags);
    }

    public Address withScope(Scope newScope) {
        return new Address(ifindex, local, newScope, flags);
    }

    public InetAddress address() {
        return local.address();
    }

    /// Not yet usable: duplicate address detection runs.
    public boolean tentative() {
        return (flags & TENTATIVE) != 0;
    }
}
