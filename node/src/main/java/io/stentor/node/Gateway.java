package io.stentor.node;

import io.stentor.datapath.compile.ProgramSettings;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import io.stentor.model.MacAddress;

/// The next hop of every pod: a link-local address that never moves, at a MAC address that all host sides share. Both
/// ends know the other as a permanent neighbour, so that no ARP or neighbour discovery stands in a packet's way.
final class Gateway {
    static final IpAddress IPV4 = ProgramSettings.GATEWAY_IPV4;
    static final IpAddress IPV6 = ProgramSettings.GATEWAY_IPV6;
    static final MacAddress MAC = ProgramSettings.GATEWAY_MAC;

    private Gateway() {}

    static IpAddress of(Family family) {
        return switch (family) {
            case IPV4 -> IPV4;
            case IPV6 -> IPV6;
        };
    }
}
