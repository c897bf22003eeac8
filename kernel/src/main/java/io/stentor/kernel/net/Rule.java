package io.stentor.kernel.net;

import java.util.Optional;

/// A rule that chooses a routing table.
///
/// @param version  rules are kept per IP version
/// @param priority lower is asked first
/// @param match    what it holds for
/// @param table    asked for the route
/// @param protocol who made it; 0 unsaid, 2 the kernel
public record Rule(IpVersion version, int priority, Match match, int table, int protocol) {

    /// @param from        source range
    /// @param to          destination range
    /// @param mark        the packet's mark, where `maskedBy` has bits
    /// @param maskedBy    which bits of the mark count; 0: none
    /// @param inInterface name of the device that it came in by, "" for any
    public record Match(Optional<Prefix> from, Optional<Prefix> to, int mark, int maskedBy, String inInterface) {
        public static final Match ALL = new Match(Optional.empty(), Optional.empty(), 0, 0, "");

        public Match from(Prefix range) {
            return new Match(Optional.of(range), to, mark, maskedBy, inInterface);
        }

        public Match to(Prefix range) {
            return new Match(from, Optional.of(range), mark, maskedBy, inInterface);
        }

        public Match mark(int value, int mask) {
            return new Match(from, to, value, mask, inInterface);
        }

        public Match in(String name) {
            return new Match(from, to, mark, maskedBy, name);
        }
    }
}
