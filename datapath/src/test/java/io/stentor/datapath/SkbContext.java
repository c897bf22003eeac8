package io.stentor.datapath;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The fields of `struct __sk_buff` that a test run may set.
///
/// @param ifindex the device that the packet is at
/// @param gsoSize bytes of a segment, 0 for what is no super-packet
/// @param length  of the frame
record SkbContext(int ifindex, int gsoSize, int length) {
    private static final int SIZE = 192;
    private static final int IFINDEX = 40;
    private static final int WIRE_LENGTH = 160;
    private static final int GSO_SEGMENTS = 164;
    private static final int GSO_SIZE = 176;

    byte[] bytes() {
        ByteBuffer context = ByteBuffer.allocate(SIZE).order(ByteOrder.nativeOrder());
        context.putInt(IFINDEX, ifindex);
        if (gsoSize > 0) {
            context.putInt(WIRE_LENGTH, length);
            context.putInt(GSO_SEGMENTS, (length + gsoSize - 1) / gsoSize);
            context.putInt(GSO_SIZE, gsoSize);
        }
        return context.array();
    }
}
