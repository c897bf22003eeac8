package io.stentor.kube;

import io.stentor.model.Family;

/// The tunnel between nodes.
///
/// @param port     UDP port of VXLAN (`tunnel-port`, 8472)
/// @param underlay family of the outer packets (`underlay-protocol`); IPv6 when IPv4 is off
/// @param headers  who writes the outer headers of what pods send (`tunnel-encapsulation`)
public record TunnelSettings(int port, Family underlay, Headers headers) {

    /// Who writes outer headers. What the node's own stack sends takes the device in any case.
    public enum Headers {
        /// The faster way that the kernel has.
        AUTO,
        /// The datapath's program; needs `ENCAP_L2_ETH` (5.13).
        PROGRAM,
        /// The VXLAN device.
        DEVICE
    }
}
