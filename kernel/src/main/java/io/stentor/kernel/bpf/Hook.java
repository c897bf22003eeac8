package io.stentor.kernel.bpf;

import java.nio.file.Path;

/// Where a program can be attached.
public sealed interface Hook {

    /// Traffic control of a link: TCX, or from 5.10 to 6.5 a filter on its clsact qdisc at a fixed handle.
    ///
    /// @param ifindex in the network namespace of the thread that attaches
    record Tc(int ifindex, Direction direction) implements Hook {}

    /// A link's driver, before the kernel makes a socket buffer.
    record Xdp(int ifindex, XdpMode mode) implements Hook {}

    /// Everything that runs in a cgroup of the cgroup2 hierarchy and below; several programs may be attached.
    ///
    /// @param directory of the cgroup
    record Cgroup(Path directory, CgroupAttach at) implements Hook {}

    /// Socket lookup of a network namespace.
    ///
    /// @param netns a namespace file
    record SkLookup(Path netns) implements Hook {}

    /// As seen from the link: what it receives is ingress.
    enum Direction {
        INGRESS,
        EGRESS
    }

    /// Who runs an XDP program.
    enum XdpMode {
        /// The driver if it can, else the stack.
        AUTO,
        NATIVE,
        GENERIC
    }

    /// Attach types of cgroups, by their numbers in `linux/bpf.h`.
    enum CgroupAttach {
        INET_INGRESS(0),
        INET_EGRESS(1),
        SOCK_CREATE(2),
        SOCK_OPS(3),
        BIND4(8),
        BIND6(9),
        CONNECT4(10),
        CONNECT6(11),
        POST_BIND4(12),
        POST_BIND6(13),
        SENDMSG4(14),
        SENDMSG6(15),
        RECVMSG4(19),
        RECVMSG6(20),
        GETPEERNAME4(29),
        GETPEERNAME6(30),
        SOCK_RELEASE(34);

        private final int number;

        CgroupAttach(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }
    }
}
