package io.stentor.bpf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Bytes of a fixed size to values and back.
///
/// @param <T> the value; its equality is the equality of what the bytes mean
public final class Codec<T> {
    /// Integers of four bytes in host order, to be read as unsigned: array indexes, file descriptors, identifiers.
    public static final Codec<Integer> U32 = new Codec<>(
            4,
            (value, to, at) -> to.set(ValueLayout.JAVA_INT_UNALIGNED, at, value),
            (from, at) -> from.get(ValueLayout.JAVA_INT_UNALIGNED, at));

    /// Integers of eight bytes in host order, to be read as unsigned.
    public static final Codec<Long> U64 = new Codec<>(
            8,
            (value, to, at) -> to.set(ValueLayout.JAVA_LONG_UNALIGNED, at, value),
            (from, at) -> from.get(ValueLayout.JAVA_LONG_UNALIGNED, at));

    /// Integers of two bytes in host order: 0 to 65535.
    public static final Codec<Integer> U16 = u16(Field.U16);

    /// Integers of two bytes in network order: 0 to 65535.
    public static final Codec<Integer> BE16 = u16(Field.BE16);

    /// Integers of four bytes in network order, to be read as unsigned.
    public static final Codec<Integer> BE32 =
            new Codec<>(4, (value, to, at) -> to.set(Field.BE32, at, value), (from, at) -> from.get(Field.BE32, at));

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

    private static Codec<Integer> u16(ValueLayout.OfShort order) {
        return new Codec<>(
                2,
                (value, to, at) -> {
                    Field.unsigned(value, 16, "an element");
                    to.set(order, at, value.shortValue());
                },
                (from, at) -> Short.toUnsignedInt(from.get(order, at)));
    }

    /// In bytes.
    public int size() {
        return size;
    }

    public void encode(T value, MemorySegment to, long at) {
        writer.write(value, to, at);
    }

    public byte[] encode(T value) {
        byte[] bytes = new byte[size];
        writer.write(value, MemorySegment.ofArray(bytes), 0);
        return bytes;
    }

    /// @throws IllegalArgumentException if the bytes hold a code that its enumeration does not name
    public T decode(MemorySegment from, long at) {
        return reader.read(from, at);
    }

    /// As [#decode(MemorySegment, long)], from the array's start.
    public T decode(byte[] from) {
        return reader.read(MemorySegment.ofArray(from), 0);
    }

    /// The one value of what has no bytes.
    public enum Nothing {
        NOTHING
    }

    @FunctionalInterface
    public interface Writer<T> {
        void write(T value, MemorySegment to, long at);
    }

    @FunctionalInterface
    public interface Reader<T> {
        T read(MemorySegment from, long at);
    }
}
