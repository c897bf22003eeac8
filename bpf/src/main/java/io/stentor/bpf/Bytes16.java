package io.stentor.bpf;

/// Sixteen bytes as they lie in memory: addresses, IPv4 ones in whatever place the header of their field says.
///
/// @param high the first eight, the first of them the most significant
/// @param low  the last eight
public record Bytes16(long high, long low) {
    public static final int SIZE = 16;
    public static final Bytes16 ZERO = new Bytes16(0, 0);
    public static final Codec<Bytes16> CODEC = new Codec<>(SIZE, Bytes16::encode, Bytes16::decode);

    public static Bytes16 decode(byte[] from, int at) {
        return new Bytes16(Field.be64(from, at), Field.be64(from, at + 8));
    }

    /// @param bytes sixteen
    public static Bytes16 of(byte[] bytes) {
        if (bytes.length != SIZE) {
            throw new IllegalArgumentException("sixteen bytes are needed, not " + bytes.length);
        }
        return decode(bytes, 0);
    }

    public void encode(byte[] to, int at) {
        Field.be64(to, at, high);
        Field.be64(to, at + 8, low);
    }

    public byte[] encode() {
        return CODEC.encode(this);
    }

    /// Thirty-two hexadecimal digits.
    @Override
    public String toString() {
        return String.format("%016x%016x", high, low);
    }
}
