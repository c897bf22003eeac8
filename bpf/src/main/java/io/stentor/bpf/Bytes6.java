package io.stentor.bpf;

import java.lang.foreign.MemorySegment;

/// Six bytes as they lie in memory: Ethernet addresses.
///
/// @param value the lowest 48 bits, the first byte the most significant
public record Bytes6(long value) {
    public static final int SIZE = 6;
    public static final Bytes6 ZERO = new Bytes6(0);
    public static final Codec<Bytes6> CODEC = new Codec<>(SIZE, Bytes6::encode, Bytes6::decode);

    public Bytes6 {
        if (value >>> 48 != 0) {
            throw new IllegalArgumentException("more than six bytes: " + Long.toHexString(value));
        }
    }

    public static Bytes6 decode(MemorySegment from, long at) {
        long high = Short.toUnsignedLong(from.get(Field.BE16, at));
        return new Bytes6(high << 32 | Integer.toUnsignedLong(from.get(Field.BE32, at + 2)));
    }

    public void encode(MemorySegment to, long at) {
        to.set(Field.BE16, at, (short) (value >>> 32));
        to.set(Field.BE32, at + 2, (int) value);
    }

    /// Twelve hexadecimal digits.
    @Override
    public String toString() {
        return String.format("%012x", value);
    }
}
