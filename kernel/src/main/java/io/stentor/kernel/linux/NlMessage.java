package io.stentor.kernel.linux;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/// A netlink request as it is written: header, the family's fixed part, attributes (`linux/netlink.h`).
/// Numbers are in the machine's order unless a method says otherwise.
final class NlMessage {
    static final int HEADER_SIZE = 16;
    static final int REQUEST = 1;
    static final int ACK = 4;
    static final int DUMP = 0x300;
    static final int REPLACE = 0x100;
    static final int EXCL = 0x200;
    static final int CREATE = 0x400;

    private ByteBuffer buffer = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());

    NlMessage(int type, int flags) {
        buffer.putInt(0)
                .putShort((short) type)
                .putShort((short) (flags | REQUEST))
                .putLong(0);
    }

    NlMessage with(int flags) {
        buffer.putShort(6, (short) (buffer.getShort(6) | flags));
        return this;
    }

    /// The finished message.
    byte[] bytes(int sequence) {
        buffer.putInt(0, buffer.position()).putInt(8, sequence);
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    /// `struct ifinfomsg`.
    NlMessage link(int index, int flags, int change) {
        return room(16).raw8(0).raw8(0).raw16(0).raw32(index).raw32(flags).raw32(change);
    }

    /// `struct tcmsg`.
    NlMessage tc(int index, int handle, int parent, int info) {
        return room(20).raw32(0).raw32(index).raw32(handle).raw32(parent).raw32(info);
    }

    NlMessage raw8(int value) {
        room(1).buffer.put((byte) value);
        return this;
    }

    NlMessage raw16(int value) {
        room(2).buffer.putShort((short) value);
        return this;
    }

    NlMessage raw32(int value) {
        room(4).buffer.putInt(value);
        return this;
    }

    NlMessage raw(byte[] value) {
        room(value.length).buffer.put(value);
        return this;
    }

    NlMessage bytes(int type, byte[] value) {
        int padding = -value.length & 3;
        room(4 + value.length + padding);
        buffer.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        buffer.position(buffer.position() + padding);
        return this;
    }

    NlMessage u8(int type, int value) {
        return bytes(type, new byte[] {(byte) value});
    }

    /// In network order.
    NlMessage be16(int type, int value) {
        return bytes(type, new byte[] {(byte) (value >> 8), (byte) value});
    }

    NlMessage u32(int type, int value) {
        return bytes(
                type,
                ByteBuffer.allocate(4)
                        .order(ByteOrder.nativeOrder())
                        .putInt(value)
                        .array());
    }

    NlMessage string(int type, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return bytes(type, Arrays.copyOf(utf8, utf8.length + 1));
    }

    NlMessage address(int type, InetAddress address) {
        return bytes(type, address.getAddress());
    }

    NlMessage nest(int type, Consumer<NlMessage> inside) {
        room(4);
        int start = buffer.position();
        buffer.putShort((short) 0).putShort((short) type);
        inside.accept(this);
        buffer.putShort(start, (short) (buffer.position() - start));
        return this;
    }

    private NlMessage room(int more) {
        if (buffer.remaining() < more) {
            ByteBuffer larger =
                    ByteBuffer.allocate(2 * buffer.capacity() + more).order(ByteOrder.nativeOrder());
            buffer = larger.put(buffer.flip());
        }
        return this;
    }
}
