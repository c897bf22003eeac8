package io.stentor.lab.topology;

import io.stentor.model.Cidr;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.util.List;

/// One layer-2 segment of the underlay: a bridge in the fabric's namespace, which routes between segments.
///
/// @param index  from 0
/// @param ranges the segment's addresses, IPv4 before IPv6
public record Segment(int index, List<Cidr> ranges) {

    static Segment of(int index, List<Family> families) {
        return new Segment(
                index,
                families.stream()
                        .map(family -> switch (family) {
                            case IPV4 -> Cidr.of("192.168." + (60 + index) + ".0/24");
                            case IPV6 -> Cidr.of("fd42:5374:656e:" + Integer.toHexString(index) + "::/64");
                        })
                        .toList());
    }

    public String bridge() {
        return "segment" + index;
    }

    /// The bridge's MAC address. A bridge without one of its own bears its ports' lowest, and changes it when that port
    /// goes, under the eyes of neighbours that remember it.
    public String mac() {
        return String.format("02:53:54:4e:01:%02x", index);
    }

    /// The fabric's addresses here: `.1` and `::1`, the nodes' default gateway.
    public List<IpAddress> gateways() {
        return addresses(1);
    }

    /// Host `number` of this segment. IPv6 addresses read like the IPv4 ones: `.11` and `::11`.
    List<IpAddress> addresses(int number) {
        return ranges.stream()
                .map(range -> range.address()
                        .plus(range.family() == Family.IPV4 ? number : Integer.parseInt(Integer.toString(number), 16)))
                .toList();
    }
}
