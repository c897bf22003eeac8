package io.stentor.bpf.btf;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The types of one object, by number.
public final class Btf {
    private final List<BtfType> types;

    Btf(List<BtfType> types) {
        this.types = List.copyOf(types);
    }

    /// Reads the object's `.BTF` section.
    ///
    /// @throws IllegalArgumentException if it is missing or not understood
    public static Btf of(Elf elf) {
        ByteBuffer section = elf.section(".BTF")
                .map(Elf.Section::content)
                .orElseThrow(() -> new IllegalArgumentException("the object has no BTF: compile it with -g"));
        return new Btf(new BtfParser(section).types());
    }

    public BtfType type(int id) {
        return types.get(id);
    }

    /// Numbers go from 0 to below this.
    public int size() {
        return types.size();
    }

    /// The type behind typedefs and qualifiers.
    public int resolve(int id) {
        return switch (type(id)) {
            case BtfType.Typedef typedef -> resolve(typedef.to());
            case BtfType.Qualifier qualifier -> resolve(qualifier.to());
            default -> id;
        };
    }

    /// The type behind qualifiers only, where the typedef's name matters.
    public int unqualified(int id) {
        return type(id) instanceof BtfType.Qualifier qualifier ? unqualified(qualifier.to()) : id;
    }

    /// What a pointer type, after [#resolve], points to.
    public Optional<Integer> pointee(int id) {
        return type(resolve(id)) instanceof BtfType.Pointer pointer ? Optional.of(pointer.to()) : Optional.empty();
    }

    /// Bytes that a value of the type takes.
    ///
    /// @throws IllegalArgumentException for functions, sections and what is only declared
    public int sizeOf(int id) {
        return switch (type(id)) {
            case BtfType.Int number -> number.size();
            case BtfType.Floating number -> number.size();
            case BtfType.Enumeration values -> values.size();
            case BtfType.Struct struct -> struct.size();
            case BtfType.Pointer _ -> 8;
            case BtfType.Array array -> array.count() * sizeOf(array.element());
            case BtfType.Typedef typedef -> sizeOf(typedef.to());
            case BtfType.Qualifier qualifier -> sizeOf(qualifier.to());
            default -> throw new IllegalArgumentException("no size: " + type(id));
        };
    }

    /// Declaration tags of a type or variable (`component` -1) or of its member.
    public List<String> tags(int id, int component) {
        List<String> found = new ArrayList<>();
        for (BtfType type : types) {
            if (type instanceof BtfType.Tag tag && tag.target() == id && tag.component() == component) {
                found.add(tag.name());
            }
        }
        return found;
    }

    /// The rest of the first tag that begins with `prefix`.
    public Optional<String> tag(int id, int component, String prefix) {
        return tags(id, component).stream()
                .filter(t -> t.startsWith(prefix))
                .map(t -> t.substring(prefix.length()))
                .findFirst();
    }

    /// Numbers of the variables in an ELF section.
    public List<Integer> variables(String section) {
        for (BtfType type : types) {
            if (type instanceof BtfType.Section found && found.name().equals(section)) {
                return found.variables();
            }
        }
        return List.of();
    }

    /// The number of a function.
    public Optional<BtfType.Function> function(String name) {
        return types.stream()
                .filter(t -> t instanceof BtfType.Function f && f.name().equals(name))
                .map(t -> (BtfType.Function) t)
                .findFirst();
    }
}
