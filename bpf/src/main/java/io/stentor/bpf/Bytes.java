package io.stentor.bpf;

import java.util.Arrays;
import java.util.HexFormat;

/// Any number of bytes that nobody changes, compared by content.
public final class Bytes {
    private final byte[] content;

    private Bytes(byte[] content) {
        this.content = content;
    }

    /// A copy of `bytes`.
    public static Bytes of(byte... bytes) {
        return new Bytes(bytes.clone());
    }

    public static Bytes zeros(int length) {
        return new Bytes(new byte[length]);
    }

    public static Codec<Bytes> codec(int length) {
        return new Codec<>(length, Bytes::encode, (from, at) -> decode(from, at, length));
    }

    public static Bytes decode(byte[] from, int at, int length) {
        return new Bytes(Arrays.copyOfRange(from, at, at + length));
    }

    public void encode(byte[] to, int at) {
        System.arraycopy(content, 0, to, at, content.length);
    }

    /// A copy.
    public byte[] toArray() {
        return content.clone();
    }

    public int length() {
        return content.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(content, that.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    /// In hexadecimal digits.
    @Override
    public String toString() {
        return HexFormat.of().formatHex(content);
    }
}
