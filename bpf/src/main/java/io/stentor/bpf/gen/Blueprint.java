package io.stentor.bpf.gen;

import io.stentor.bpf.MapOwner;
import io.stentor.bpf.MapType;
import io.stentor.bpf.described.Kind;
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
}
