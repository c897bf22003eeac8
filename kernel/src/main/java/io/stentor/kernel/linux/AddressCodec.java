package io.stentor.kernel.linux;

import io.stentor.kernel.net.Address;
import io.stentor.kernel.net.Prefix;
import io.stentor.kernel.net.Scope;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Addresses as rtnetlink writes them (`linux/if_addr.h`).
final class AddressCodec {
    static final int RTM_NEWADDR = 20;
    static final int RTM_DELADDR = 21;
    private static final int RTM_GETADDR = 22;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_FLAGS = 8;
    private static final int FIXED_SIZE = 8;
    /// What the kernel sets by itself: secondary (or temporary), and permanent.
    private static final int OWN_FLAGS = 0x01 | 0x80;

    private AddressCodec() {}

    static NlMessage write(int type, int flags, Address address) {
        Prefix local = address.local();
        return fixed(
                        new NlMessage(type, flags),
                        local.version().family(),
                        local.length(),
                        address.scope().number(),
                        address.ifindex())
                .address(IFA_LOCAL, local.address())
                .address(IFA_ADDRESS, local.address())
                .u32(IFA_FLAGS, address.flags());
    }

    static NlMessage dump() {
        return fixed(new NlMessage(RTM_GETADDR, 0), 0, 0, 0, 0);
    }

    private static NlMessage fixed(NlMessage message, int family, int length, int scope, int ifindex) {
        return message.raw8(family).raw8(length).raw8(0).raw8(scope).raw32(ifindex);
    }

    static Optional<Address> read(ByteBuffer body) {
        NlAttributes attributes = NlAttributes.of(body, FIXED_SIZE);
        Optional<InetAddress> local = attributes.address(attributes.has(IFA_LOCAL) ? IFA_LOCAL : IFA_ADDRESS);
        return local.map(address -> new Address(
                body.getInt(4),
                new Prefix(address, Byte.toUnsignedInt(body.get(1))),
                Scope.of(Byte.toUnsignedInt(body.get(3))),
                attributes.u32(IFA_FLAGS, Byte.toUnsignedInt(body.get(2))) & ~OWN_FLAGS));
    }
}
