package io.stentor.node;

import io.stentor.model.Addresses;
import io.stentor.model.Cidr;
import java.util.List;

/// The devices that the datapath works with, as of now.
///
/// @param podMtu   of pods' links, and of what goes through the tunnel
/// @param tunnel   index of `stentor_vxlan`; 0 in native routing
/// @param underlay the device of the route to the peers
/// @param own      the node's InternalIPs that a device of this host has
/// @param outside  the devices by which packets come from and leave to outside of the node, the underlay's included
public record NodeDevices(int podMtu, int tunnel, Underlay underlay, Addresses own, List<Device> outside) {
    public NodeDevices {
        outside = List.copyOf(outside);
    }

    /// @param ifindex  0 while it is not known
    /// @param segments the ranges of the node's InternalIPs there whose other nodes it reaches without a router
    public record Underlay(int ifindex, int mtu, List<Cidr> segments) {
        static final Underlay NONE = new Underlay(0, 0, List.of());

        public Underlay {
            segments = List.copyOf(segments);
        }
    }

    /// @param ifindex its number
    public record Device(String name, int ifindex, int mtu) {}
}
