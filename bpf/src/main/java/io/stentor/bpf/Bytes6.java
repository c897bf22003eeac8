package io.stentor.bpf;

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

    public static Bytes6 decode(byte[] from, int at) {
        return new Bytes6((long) Field.be16(from, at) << 32 | Integer.toUnsignedLong(Field.be32(from, at + 2)));
    }

    public void encode(byte[] to, int at) {
        Field.be16(to, at, (int) (value >>> 32));
        Field.be32(to, at + 2, (int) value);
    }

    /// Twelve hexadecimal digits.
    @Override
    public String toString() {
        return String.format("%012x", value);
    }
}
