package io.stentor.kernel.net;

import java.util.List;

/// A link to be made.
public sealed interface LinkSpec {

    String name();

    List<LinkSetting> settings();

    /// A pair. Each end may be made in another namespace with [LinkSetting.Namespace].
    ///
    /// @param peerName the other end's
    record Veth(String name, List<LinkSetting> settings, String peerName, List<LinkSetting> peerSettings)
            implements LinkSpec {
        public Veth {
            settings = List.copyOf(settings);
            peerSettings = List.copyOf(peerSettings);
        }
    }

    /// A tunnel device that takes remote address and VNI of each packet from its metadata ("external") and does not
    /// learn. It serves underlays of both IP versions, and over IPv6 accepts UDP checksums of zero.
    ///
    /// @param port UDP destination port
    record Vxlan(String name, List<LinkSetting> settings, int port) implements LinkSpec {
        public Vxlan {
            settings = List.copyOf(settings);
        }
    }

    record Bridge(String name, List<LinkSetting> settings) implements LinkSpec {
        public Bridge {
            settings = List.copyOf(settings);
        }
    }
}
