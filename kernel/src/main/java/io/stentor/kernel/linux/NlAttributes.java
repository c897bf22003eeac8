package io.stentor.kernel.linux;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The attributes of a netlink message that was received.
final class NlAttributes {
    private static final int TYPE_MASK = 0x3fff;

    private final Map<Integer, ByteBuffer> values = new HashMap<>();

    private NlAttributes() {}

    /// @param body   of the message, without its header
    /// @param offset where attributes begin, after the family's fixed part
    static NlAttributes of(ByteBuffer body, int offset) {
        var attributes = new NlAttributes();
        int at = offset;
        while (at + 4 <= body.limit()) {
            int length = Short.toUnsignedInt(body.getShort(at));
            if (length < 4 || at + length > body.limit()) {
                break;
            }
            int type = body.getShort(at + 2) & TYPE_MASK;
            attributes.values.put(type, body.slice(at + 4, length - 4).order(ByteOrder.nativeOrder()));
            at += (length + 3) & ~3;
        }
        return attributes;
    }

    boolean has(int type) {
        return values.containsKey(type);
    }

    byte[] bytes(int type) {
        ByteBuffer value = values.get(type);
        if (value == null) {
            return new byte[0];
        }
        byte[] bytes = new byte[value.limit()];
        value.get(0, bytes);
        return bytes;
    }

    int u8(int type, int otherwise) {
        ByteBuffer value = values.get(type);
        return value == null || value.limit() < 1 ? otherwise : Byte.toUnsignedInt(value.get(0));
    }

    int u32(int type, int otherwise) {
        ByteBuffer value = values.get(type);
        return value == null || value.limit() < 4 ? otherwise : value.getInt(0);
    }

    /// "" if absent.
    String string(int type) {
        byte[] bytes = bytes(type);
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    Optional<InetAddress> address(int type) {
        return has(type) ? Optional.of(address(bytes(type))) : Optional.empty();
    }

    NlAttributes nested(int type) {
        ByteBuffer value = values.get(type);
        return value == null ? new NlAttributes() : of(value, 0);
    }

    Optional<ByteBuffer> raw(int type) {
        return Optional.ofNullable(values.get(type));
    }

    /// Keeps what is IPv6 IPv6: Java's usual way turns v4-mapped addresses into IPv4.
    static InetAddress address(byte[] bytes) {
        try {
            return bytes.length == 16 ? Inet6Address.getByAddress(null, bytes, -1) : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address of " + bytes.length + " bytes", e);
        }
    }
}
