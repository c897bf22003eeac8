package io.stentor.bpf.gen;

import io.stentor.bpf.btf.Btf;
import io.stentor.bpf.btf.BtfType;
import io.stentor.bpf.described.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The `LAYOUT` structs of one object, and what their fields mean.
final class StructReader {
    private final Btf btf;
    private final Map<String, Blueprint.Struct> structs = new TreeMap<>();

    StructReader(Btf btf) {
        this.btf = btf;
    }

    /// All that [#kind] came across, by name.
    Map<String, Blueprint.Struct> structs() {
        return structs;
    }

    boolean isLayout(int type) {
        int id = btf.resolve(type);
        return layoutDoc(id).isPresent() || isBytes(id);
    }

    /// @param what names the field for errors
    /// @throws IllegalArgumentException if a layout cannot hold such a thing
    Kind kind(int type, String what) {
        int named = btf.unqualified(type);
        if (btf.type(named) instanceof BtfType.Typedef typedef && typedef.name().startsWith("__be")) {
            return new Kind.Whole(btf.sizeOf(named) * 8, false, true);
        }
        int id = btf.resolve(type);
        return switch (btf.type(id)) {
            case BtfType.Int number when number.bool() -> new Kind.Bool();
            case BtfType.Int number -> new Kind.Whole(number.size() * 8, number.signed(), false);
            case BtfType.Enumeration codes -> new Kind.Code(codes.name(), codes.size() * 8);
            case BtfType.Array array -> array(array, what);
            case BtfType.Struct struct when isBytes(id) -> new Kind.Raw(struct.size());
            case BtfType.Struct struct
            when layoutDoc(id).isPresent() && !struct.union() -> {
                add(id, struct);
                yield new Kind.Nested(struct.name());
            }
            case BtfType.Struct struct ->
                throw refuse(
                        what,
                        struct.union()
                                ? "is a union, which only LAYOUT_BYTES may be"
                                : "is of struct " + struct.name() + ", which is no LAYOUT");
            case BtfType.Pointer _ -> throw refuse(what, "is a pointer");
            default -> throw refuse(what, "is of no kind that a layout can hold");
        };
    }

    private Kind array(BtfType.Array array, String what) {
        Kind element = kind(array.element(), what);
        if (element instanceof Kind.Whole number && number.bits() == 8) {
            return new Kind.Raw(array.count());
        }
        if (element instanceof Kind.Array || element instanceof Kind.Bool) {
            throw refuse(what, "is an array of arrays or of booleans");
        }
        return new Kind.Array(element, array.count());
    }

    private void add(int id, BtfType.Struct struct) {
        if (structs.containsKey(struct.name())) {
            return;
        }
        List<Blueprint.Field> fields = new ArrayList<>();
        int end = 0;
        for (int i = 0; i < struct.members().size(); i++) {
            Blueprint.Field field = field(id, i, struct);
            if (field.offset() != end) {
                throw refuse(
                        "struct " + struct.name() + "." + field.name(),
                        "follows implicit padding of " + (field.offset() - end) + " bytes: declare it, named pad");
            }
            end = field.offset() + field.size();
            fields.add(field);
        }
        if (end != struct.size()) {
            throw refuse(
                    "struct " + struct.name(),
                    "ends with implicit padding of " + (struct.size() - end) + " bytes: declare it, named pad");
        }
        structs.put(
                struct.name(),
                new Blueprint.Struct(struct.name(), end, layoutDoc(id).orElseThrow(), fields));
    }

    private Blueprint.Field field(int id, int index, BtfType.Struct struct) {
        BtfType.Member member = struct.members().get(index);
        String what = "struct " + struct.name() + "." + member.name();
        if (member.name().isEmpty()) {
            throw refuse("struct " + struct.name(), "has a member without a name");
        }
        if (member.width() != 0 || member.bits() % 8 != 0) {
            throw refuse(what, "is a bit field");
        }
        boolean padding = member.name().startsWith("pad");
        Optional<String> codes = btf.tag(id, index, "stentor:enum:");
        Optional<Kind> kind = padding ? Optional.empty() : Optional.of(kind(member.type(), what));
        int size = btf.sizeOf(member.type());
        return new Blueprint.Field(
                member.name(),
                member.bits() / 8,
                size,
                btf.tag(id, index, "stentor:doc:").orElse(""),
                codes.isPresent() ? Optional.of(new Kind.Code(codes.get(), size * 8)) : kind);
    }

    private Optional<String> layoutDoc(int id) {
        return btf.tag(id, -1, "stentor:layout:");
    }

    private boolean isBytes(int id) {
        return btf.tags(id, -1).contains("stentor:bytes");
    }

    private static IllegalArgumentException refuse(String what, String why) {
        return new IllegalArgumentException(what + " " + why);
    }
}
