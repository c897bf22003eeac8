package io.stentor.kernel.net;

import java.util.HexFormat;

/// An Ethernet address.
///
/// @param value its six bytes in network order, in the lowest 48 bits
public record Mac(long value) {
    public Mac {
        if (value >>> 48 != 0) {
            throw new IllegalArgumentException("more than 48 bits: " + Long.toHexString(value));
        }
    }

    /// @param text six hexadecimal bytes with colons
    public static Mac of(String text) {
        return of(HexFormat.ofDelimiter(":").parseHex(text));
    }

    /// @param bytes six, in network order
    public static Mac of(byte[] bytes) {
        if (bytes.length != 6) {
            throw new IllegalArgumentException(
                    "not six bytes: " + HexFormat.of().formatHex(bytes));
        }
        long value = 0;
        for (byte b : bytes) {
            value = value << 8 | (b & 0xff);
        }
        return new Mac(value);
    }

    /// Six bytes in network order.
    public byte[] bytes() {
        byte[] bytes = new byte[6];
        for (int i = 0; i < 6; i++) {
            bytes[i] = (byte) (value >>> (40 - 8 * i));
        }
        return bytes;
    }

    @Override
    public String toString() {
        return HexFormat.ofDelimiter(":").formatHex(bytes());
    }
}
