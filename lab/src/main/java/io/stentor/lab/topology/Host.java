package io.stentor.lab.topology;

import io.stentor.model.IpAddress;
import java.util.List;

/// A node, or the host `outside` that is none: one network namespace with one link, `eth0`, to a segment.
///
/// @param name      as people say it, a Node's name: `node-1`, `outside`
/// @param port      the name of its port on its bridge, in the fabric's namespace
/// @param namespace the network namespace, a name of `ip netns`
/// @param segment   where it is attached
/// @param addresses IPv4 before IPv6
public record Host(String name, String port, String namespace, Segment segment, List<IpAddress> addresses) {

    /// The name of every host's link to the underlay.
    public static final String LINK = "eth0";

    /// `outside`'s name.
    public static final String OUTSIDE = "outside";

    /// Of its link: the same again after it was switched off, as a machine's is. Others remember it.
    public String mac() {
        byte[] address = addresses.getFirst().bytes();
        return String.format(
                "02:53:54:%02x:%02x:%02x",
                0x80 + segment.index(), address[address.length - 2], address[address.length - 1]);
    }
}
