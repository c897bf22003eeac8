package io.stentor.bpf;

/// A C struct as a record: equality is equality of its fields, padding left out.
///
/// Every implementation is generated, and has `SIZE`, `CODEC`, an `_OFFSET` for each field and
/// `static decode(byte[], int)`. Integers of network order are in host order here.
public interface Layout {
    /// Writes all bytes of the struct, zeros for padding.
    ///
    /// @param to where; needs no alignment
    /// @param at byte offset of the struct's start
    void encode(byte[] to, int at);

    /// The struct's bytes as the kernel sees them.
    byte[] encode();
}
