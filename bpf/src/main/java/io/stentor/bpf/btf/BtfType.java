package io.stentor.bpf.btf;

import java.util.List;

/// The kinds of BTF (Linux, `Documentation/bpf/btf.rst`). Types are named by number; 0 is `void`.
public sealed interface BtfType {
    /// Empty where C gave none.
    default String name() {
        return "";
    }

    record Nothing() implements BtfType {}

    /// @param size in bytes
    record Int(String name, int size, boolean signed, boolean bool) implements BtfType {}

    record Floating(String name, int size) implements BtfType {}

    record Pointer(int to) implements BtfType {}

    record Array(int element, int count) implements BtfType {}

    /// @param size in bytes
    record Struct(String name, int size, boolean union, List<Member> members) implements BtfType {}

    /// @param bits offset from the struct's start
    /// @param width of a bit field, 0 for others
    record Member(String name, int type, int bits, int width) {}

    /// @param size in bytes
    record Enumeration(String name, int size, List<Value> values) implements BtfType {}

    record Value(String name, long number) {}

    record Forward(String name) implements BtfType {}

    record Typedef(String name, int to) implements BtfType {}

    /// `const`, `volatile`, `restrict` or a type tag: the same type for layouts.
    record Qualifier(int to) implements BtfType {}

    /// @param global visible outside its file
    record Function(String name, int prototype, boolean global) implements BtfType {}

    record Prototype(int returns, List<Integer> parameters) implements BtfType {}

    record Variable(String name, int type) implements BtfType {}

    /// @param name of the ELF section
    record Section(String name, List<Integer> variables) implements BtfType {}

    /// @param component member of `target`, or -1 for the whole
    record Tag(String name, int target, int component) implements BtfType {}
}
