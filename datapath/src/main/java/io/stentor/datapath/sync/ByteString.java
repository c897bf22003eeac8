package io.stentor.datapath.sync;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Bytes of a map's key or value that nobody changes, compared by content. The hash is computed once: these are the
/// keys of tries that are asked often. It is FNV-1a (Fowler, Noll, Vo), folded: [Arrays#hashCode] gives 10.0.0.31 and
/// 10.0.1.0 the same number, and five out of six pods' addresses would stand in lists of collisions.
public final class ByteString {
    private final byte[] bytes;
    private final int hash;

    private ByteString(byte[] bytes) {
        this.bytes = bytes;
        this.hash = hash(bytes);
    }

    private static int hash(byte[] bytes) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : bytes) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        return Long.hashCode(hash);
    }

    /// @param bytes handed over: the caller does not keep them
    public static ByteString wrap(byte[] bytes) {
        return new ByteString(bytes);
    }

    public int length() {
        return bytes.length;
    }

    /// A copy.
    public byte[] toArray() {
        return bytes.clone();
    }

    /// The bytes themselves, to be read only.
    byte[] bytes() {
        return bytes;
    }

    boolean isZero() {
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof ByteString that && hash == that.hash && Arrays.equals(bytes, that.bytes));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /// In hexadecimal digits.
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
