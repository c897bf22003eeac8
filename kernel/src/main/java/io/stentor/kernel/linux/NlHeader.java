package io.stentor.kernel.linux;

import java.nio.ByteBuffer;

/// What begins each netlink message (`struct nlmsghdr`).
record NlHeader(int length, int type, int flags, int sequence) {
    static final int ERROR = 2;
    static final int DONE = 3;

    static NlHeader at(ByteBuffer bytes, int offset) {
        return new NlHeader(
                bytes.getInt(offset),
                Short.toUnsignedInt(bytes.getShort(offset + 4)),
                Short.toUnsignedInt(bytes.getShort(offset + 6)),
                bytes.getInt(offset + 8));
    }
}
