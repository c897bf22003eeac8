package io.stentor.kernel.linux;

import io.stentor.kernel.net.IpVersion;
import io.stentor.kernel.net.Mac;
import io.stentor.kernel.net.Neighbour;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Neighbours as rtnetlink writes them (`linux/neighbour.h`).
final class NeighbourCodec {
    static final int RTM_NEWNEIGH = 28;
    static final int RTM_DELNEIGH = 29;
    private static final int RTM_GETNEIGH = 30;
    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;
    private static final int FIXED_SIZE = 12;

    private NeighbourCodec() {}

    static NlMessage write(int type, int flags, Neighbour neighbour) {
        NlMessage message = fixed(
                        new NlMessage(type, flags),
                        IpVersion.of(neighbour.address()).family(),
                        neighbour.ifindex())
                .raw16(neighbour.state())
                .raw8(neighbour.flags())
                .raw8(0)
                .address(NDA_DST, neighbour.address());
        neighbour.mac().ifPresent(mac -> message.bytes(NDA_LLADDR, mac.bytes()));
        return message;
    }

    static NlMessage dump(IpVersion version) {
        return fixed(new NlMessage(RTM_GETNEIGH, 0), version.family(), 0).raw32(0);
    }

    private static NlMessage fixed(NlMessage message, int family, int ifindex) {
        return message.raw8(family).raw8(0).raw16(0).raw32(ifindex);
    }

    static Optional<Neighbour> read(ByteBuffer body) {
        int family = body.get(0);
        if (family != IpVersion.IPV4.family() && family != IpVersion.IPV6.family()) {
            return Optional.empty();
        }
        NlAttributes attributes = NlAttributes.of(body, FIXED_SIZE);
        byte[] mac = attributes.bytes(NDA_LLADDR);
        return attributes
                .address(NDA_DST)
                .map(address -> new Neighbour(
                        body.getInt(4),
                        address,
                        mac.length == 6 ? Optional.of(Mac.of(mac)) : Optional.empty(),
                        Short.toUnsignedInt(body.getShort(8)),
                        Byte.toUnsignedInt(body.get(10))));
    }
}
