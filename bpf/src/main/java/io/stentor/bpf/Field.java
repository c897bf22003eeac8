package io.stentor.bpf;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// What generated layouts read and write their fields with. Numbers without `be` are in host order, which is the order
/// that clang's `bpf` target compiles for: the lowest byte first on every machine that Stentor runs on.
///
/// Plain arithmetic on arrays: handles of `java.lang.foreign` cost tens of microseconds a struct before they are
/// compiled, and most of what the agent does it does too seldom for that.
public final class Field {
    private Field() {}

    /// Unsigned, as all that read fewer than 32 bits.
    public static int u8(byte[] from, int at) {
        return from[at] & 0xff;
    }

    public static int u16(byte[] from, int at) {
        return u8(from, at) | u8(from, at + 1) << 8;
    }

    public static int be16(byte[] from, int at) {
        return u8(from, at) << 8 | u8(from, at + 1);
    }

    public static int u32(byte[] from, int at) {
        return u16(from, at) | u16(from, at + 2) << 16;
    }

    public static int be32(byte[] from, int at) {
        return be16(from, at) << 16 | be16(from, at + 2);
    }

    public static long u64(byte[] from, int at) {
        return Integer.toUnsignedLong(u32(from, at)) | (long) u32(from, at + 4) << 32;
    }

    public static long be64(byte[] from, int at) {
        return (long) be32(from, at) << 32 | Integer.toUnsignedLong(be32(from, at + 4));
    }

    /// The lowest bits, as all that write.
    public static void u8(byte[] to, int at, int value) {
        to[at] = (byte) value;
    }

    public static void u16(byte[] to, int at, int value) {
        to[at] = (byte) value;
        to[at + 1] = (byte) (value >>> 8);
    }

    public static void be16(byte[] to, int at, int value) {
        to[at] = (byte) (value >>> 8);
        to[at + 1] = (byte) value;
    }

    public static void u32(byte[] to, int at, int value) {
        u16(to, at, value);
        u16(to, at + 2, value >>> 16);
    }

    public static void be32(byte[] to, int at, int value) {
        be16(to, at, value >>> 16);
        be16(to, at + 2, value);
    }

    public static void u64(byte[] to, int at, long value) {
        u32(to, at, (int) value);
        u32(to, at + 4, (int) (value >>> 32));
    }

    public static void be64(byte[] to, int at, long value) {
        be32(to, at, (int) (value >>> 32));
        be32(to, at + 4, (int) value);
    }

    /// @throws IllegalArgumentException if `value` needs more than `bits` or is negative
    public static void unsigned(int value, int bits, String field) {
        if (value >>> bits != 0) {
            throw new IllegalArgumentException(field + " has " + bits + " bits: " + value);
        }
    }

    /// @throws IllegalArgumentException if `value` is not a signed number of `bits`
    public static void signed(int value, int bits, String field) {
        if (value << (32 - bits) >> (32 - bits) != value) {
            throw new IllegalArgumentException(field + " has " + bits + " bits and a sign: " + value);
        }
    }

    /// @throws IllegalArgumentException if `actual` is not `expected`
    public static void count(int actual, int expected, String field) {
        if (actual != expected) {
            throw new IllegalArgumentException(field + " has " + expected + " elements, not " + actual);
        }
    }

    public static <T> void encode(List<T> values, Codec<T> codec, byte[] to, int at) {
        for (T value : values) {
            codec.encode(value, to, at);
            at += codec.size();
        }
    }

    public static <T> List<T> decode(int count, Codec<T> codec, byte[] from, int at) {
        return IntStream.range(0, count)
                .mapToObj(i -> codec.decode(from, at + i * codec.size()))
                .toList();
    }

    public static void zero(byte[] to, int at, int length) {
        Arrays.fill(to, at, at + length, (byte) 0);
    }
}
