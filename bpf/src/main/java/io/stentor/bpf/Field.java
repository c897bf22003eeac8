package io.stentor.bpf;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.IntStream;

/// What generated layouts read and write their fields with. Numbers without `BE` are in host order, which is the
/// order that clang's `bpf` target compiles for.
public final class Field {
    public static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    public static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    public static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
    public static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;
    public static final ValueLayout.OfShort BE16 = U16.withOrder(BIG_ENDIAN);
    public static final ValueLayout.OfInt BE32 = U32.withOrder(BIG_ENDIAN);
    public static final ValueLayout.OfLong BE64 = U64.withOrder(BIG_ENDIAN);

    private Field() {}

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

    public static <T> void encode(List<T> values, Codec<T> codec, MemorySegment to, long at) {
        for (T value : values) {
            codec.encode(value, to, at);
            at += codec.size();
        }
    }

    public static <T> List<T> decode(int count, Codec<T> codec, MemorySegment from, long at) {
        return IntStream.range(0, count)
                .mapToObj(i -> codec.decode(from, at + (long) i * codec.size()))
                .toList();
    }

    public static void zero(MemorySegment to, long at, long length) {
        to.asSlice(at, length).fill((byte) 0);
    }
}
