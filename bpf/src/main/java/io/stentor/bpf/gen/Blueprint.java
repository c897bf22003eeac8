package io.stentor.bpf.gen;

import io.stentor.bpf.MapOwner;
import io.stentor.bpf.MapType;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/// What the objects declare, before it is Java: sorted by C name, so that the same headers give the same text.
record Blueprint(SortedMap<String, Struct> structs, SortedMap<String, Values> values, SortedMap<String, Map> maps) {

    /// A `LAYOUT` struct.
    record Struct(String name, int size, String doc, List<Field> fields) {}

    /// @param kind empty for padding
    record Field(String name, int offset, int size, String doc, Optional<Kind> kind) {}

    /// `LAYOUT_ENUM`, or `LAYOUT_CONSTANTS` if `constants`.
    record Values(String name, String doc, boolean constants, List<Value> list) {}

    record Value(String name, long number, String doc) {}

    record Map(String name, String doc, MapType type, Sides sides, Sizing sizing) {}

    /// @param key empty where there is none
    record Sides(Optional<Kind> key, Optional<Kind> value, Optional<Map> inner) {}

    record Sizing(int maxEntries, int flags, MapOwner owner) {}

    /// How a field's bytes are meant.
    sealed interface Kind {
        /// @param bits 8, 16, 32 or 64
        record Whole(int bits, boolean signed, boolean bigEndian) implements Kind {}

        record Bool() implements Kind {}

        /// A number that stands for a name of `values`.
        record Code(String values, int bits) implements Kind {}

        record Nested(String struct) implements Kind {}

        record Raw(int size) implements Kind {}

        record Array(Kind element, int count) implements Kind {}
    }
}
