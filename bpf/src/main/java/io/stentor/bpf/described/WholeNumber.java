package io.stentor.bpf.described;

import java.nio.ByteOrder;

/// A whole number in bytes.
///
/// @param bytes  1, 2, 4 or 8
/// @param most   as unsigned, of what it may hold; -1 for all that its bytes can
record WholeNumber(int bytes, boolean signed, boolean bigEndian, long most) {
    private static final boolean BIG_MACHINE = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;

    static boolean is(Kind kind) {
        return kind instanceof Kind.Whole || kind instanceof Kind.Bool || kind instanceof Kind.Code;
    }

    /// @throws IllegalArgumentException unless [#is]
    static WholeNumber of(Kind kind) {
        return switch (kind) {
            case Kind.Whole whole -> new WholeNumber(whole.bits() / 8, whole.signed(), whole.bigEndian(), -1);
            case Kind.Code code -> new WholeNumber(code.bits() / 8, false, false, -1);
            case Kind.Bool _ -> new WholeNumber(1, false, false, 1);
            case Kind.Nested _, Kind.Raw _, Kind.Array _ ->
                throw new IllegalArgumentException(kind.text() + " is no number");
        };
    }

    long read(byte[] from, int at) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value << 8 | (from[at + place(i)] & 0xff);
        }
        int unused = 64 - 8 * bytes;
        return signed ? value << unused >> unused : value;
    }

    void write(long value, byte[] to, int at) {
        for (int i = bytes - 1; i >= 0; i--) {
            to[at + place(i)] = (byte) value;
            value >>>= 8;
        }
    }

    /// Of the byte with that weight, counted from the greatest.
    private int place(int weight) {
        return bigEndian || BIG_MACHINE ? weight : bytes - 1 - weight;
    }

    /// Whether it can hold what `source` read.
    boolean holds(long value, WholeNumber source) {
        if (most >= 0 && (value < 0 || value > most)) {
            return false;
        }
        if (value < 0) {
            // a number of 64 bits without sign, or one below zero
            return bytes == 8 ? signed == source.signed : signed && source.signed && value >= -1L << (8 * bytes - 1);
        }
        int room = 8 * bytes - (signed ? 1 : 0);
        return room >= 63 || value >>> room == 0;
    }
}
