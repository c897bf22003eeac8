package io.stentor.bpf;

/// Bytes of a fixed size to values and back.
///
/// @param <T> the value; its equality is the equality of what the bytes mean
public final class Codec<T> {
    /// Integers of four bytes in host order, to be read as unsigned: array indexes, file descriptors, identifiers.
    public static final Codec<Integer> U32 = new Codec<>(4, (value, to, at) -> Field.u32(to, at, value), Field::u32);

    /// Integers of eight bytes in host order, to be read as unsigned.
    public static final Codec<Long> U64 = new Codec<>(8, (value, to, at) -> Field.u64(to, at, value), Field::u64);

    /// Integers of two bytes in host order: 0 to 65535.
    public static final Codec<Integer> U16 = new Codec<>(
            2,
            (value, to, at) -> {
                Field.unsigned(value, 16, "an element");
                Field.u16(to, at, value);
            },
            Field::u16);

    /// Integers of two bytes in network order: 0 to 65535.
    public static final Codec<Integer> BE16 = new Codec<>(
            2,
            (value, to, at) -> {
                Field.unsigned(value, 16, "an element");
                Field.be16(to, at, value);
            },
            Field::be16);

    /// Integers of four bytes in network order, to be read as unsigned.
    public static final Codec<Integer> BE32 = new Codec<>(4, (value, to, at) -> Field.be32(to, at, value), Field::be32);

    /// For maps without keys or values (ring buffers).
    public static final Codec<Nothing> NOTHING = new Codec<>(0, (value, to, at) -> {}, (from, at) -> Nothing.NOTHING);

    private final int size;
    private final Writer<T> writer;
    private final Reader<T> reader;

    /// @param size bytes that `writer` writes, always all of them, and `reader` reads
    public Codec(int size, Writer<T> writer, Reader<T> reader) {
        this.size = size;
        this.writer = writer;
        this.reader = reader;
    }

    /// In bytes.
    public int size() {
        return size;
    }

    public void encode(T value, byte[] to, int at) {
        writer.write(value, to, at);
    }

    public byte[] encode(T value) {
        byte[] bytes = new byte[size];
        writer.write(value, bytes, 0);
        return bytes;
    }

    /// @throws IllegalArgumentException if the bytes hold a code that its enumeration does not name
    public T decode(byte[] from, int at) {
        return reader.read(from, at);
    }

    /// As [#decode(byte[], int)], from the array's start.
    public T decode(byte[] from) {
        return reader.read(from, 0);
    }

    /// The one value of what has no bytes.
    public enum Nothing {
        NOTHING
    }

    @FunctionalInterface
    public interface Writer<T> {
        void write(T value, byte[] to, int at);
    }

    @FunctionalInterface
    public interface Reader<T> {
        T read(byte[] from, int at);
    }
}
