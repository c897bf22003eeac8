package io.stentor.bpf.gen;

import io.stentor.bpf.described.Kind;
import java.util.List;
import java.util.Optional;

/// The Java of one kind of field.
final class JavaKind {
    private final Kind kind;

    private JavaKind(Kind kind) {
        this.kind = kind;
    }

    static JavaKind of(Kind kind) {
        return new JavaKind(kind);
    }

    /// What the record's component is.
    String type() {
        return switch (kind) {
            case Kind.Whole number -> number.bits() == 64 ? "long" : "int";
            case Kind.Bool _ -> "boolean";
            case Kind.Code code -> Names.type(code.values());
            case Kind.Nested nested -> Names.type(nested.struct());
            case Kind.Raw raw -> raw.size() == 16 ? "Bytes16" : raw.size() == 6 ? "Bytes6" : "Bytes";
            case Kind.Array array -> "List<" + of(array.element()).boxed() + ">";
        };
    }

    String boxed() {
        return switch (type()) {
            case "int" -> "Integer";
            case "long" -> "Long";
            default -> type();
        };
    }

    String zero() {
        return switch (kind) {
            case Kind.Whole _ -> "0";
            case Kind.Bool _ -> "false";
            case Kind.Code _ -> type() + ".of(0)";
            case Kind.Nested _ -> type() + ".ZERO";
            case Kind.Raw raw -> type().equals("Bytes") ? "Bytes.zeros(" + raw.size() + ")" : type() + ".ZERO";
            case Kind.Array array ->
                "Collections.nCopies(" + array.count() + ", "
                        + of(array.element()).zero()
                        + (of(array.element()).boxed().equals("Long") ? "L" : "") + ")";
        };
    }

    /// Statements for the constructor.
    List<String> checks(String java, String c) {
        return switch (kind) {
            case Kind.Whole number
            when number.bits() < 32 ->
                List.of("Field." + (number.signed() ? "signed(" : "unsigned(") + java + ", " + number.bits() + ", \""
                        + c + "\");");
            case Kind.Raw raw
            when type().equals("Bytes") ->
                List.of("Field.count(" + java + ".length(), " + raw.size() + ", \"" + c + "\");");
            case Kind.Array array ->
                List.of(
                        "Field.count(" + java + ".size(), " + array.count() + ", \"" + c + "\");",
                        java + " = List.copyOf(" + java + ");");
            default -> List.of();
        };
    }

    String read(String place) {
        return switch (kind) {
            case Kind.Whole number -> number(number, "Field." + accessor(number) + "(from, " + place + ")");
            case Kind.Bool _ -> "Field.u8(from, " + place + ") != 0";
            case Kind.Code code ->
                type() + ".of(" + of(new Kind.Whole(code.bits(), false, false)).read(place) + ")";
            case Kind.Nested _ -> type() + ".decode(from, " + place + ")";
            case Kind.Raw raw ->
                type() + ".decode(from, " + place + (type().equals("Bytes") ? ", " + raw.size() : "") + ")";
            case Kind.Array array ->
                "Field.decode(" + array.count() + ", " + of(array.element()).codec() + ", from, " + place + ")";
        };
    }

    String write(String place, String java) {
        return switch (kind) {
            case Kind.Whole number -> "Field." + accessor(number) + "(to, " + place + ", " + java + ");";
            case Kind.Bool _ -> "Field.u8(to, " + place + ", " + java + " ? 1 : 0);";
            case Kind.Code code -> of(new Kind.Whole(code.bits(), false, false)).write(place, java + ".code()");
            case Kind.Nested _, Kind.Raw _ -> java + ".encode(to, " + place + ");";
            case Kind.Array array ->
                "Field.encode(" + java + ", " + of(array.element()).codec() + ", to, " + place + ");";
        };
    }

    /// An expression for the `Codec` of this kind alone.
    ///
    /// @throws IllegalArgumentException for kinds that stand in structs only
    String codec() {
        return switch (kind) {
            case Kind.Whole(int bits, boolean _, boolean big)
            when bits == 32 || (bits == 64 && !big) -> "Codec." + (big ? "BE" : "U") + bits;
            case Kind.Whole(int bits, boolean signed, boolean big)
            when bits == 16 && !signed -> "Codec." + (big ? "BE" : "U") + bits;
            case Kind.Nested _ -> type() + ".CODEC";
            case Kind.Code code when code.bits() == 32 -> type() + ".CODEC";
            case Kind.Raw raw when type().equals("Bytes") -> "Bytes.codec(" + raw.size() + ")";
            case Kind.Raw _ -> type() + ".CODEC";
            default ->
                throw new IllegalArgumentException(
                        "arrays may be of __u16, __u32, __u64, __be16, __be32, LAYOUT structs"
                                + " and enums of four bytes, not of " + kind);
        };
    }

    /// The codec of a map's key or value.
    static String codec(Optional<Kind> side) {
        return side.map(k -> of(k).codec()).orElse("Codec.NOTHING");
    }

    static String boxed(Optional<Kind> side) {
        return side.map(k -> of(k).boxed()).orElse("Codec.Nothing");
    }

    private static String accessor(Kind.Whole number) {
        return (number.bigEndian() ? "be" : "u") + number.bits();
    }

    private static String number(Kind.Whole number, String raw) {
        return switch (number.bits()) {
            case 8 -> number.signed() ? "(byte) " + raw : raw;
            case 16 -> number.signed() ? "(short) " + raw : raw;
            default -> raw;
        };
    }
}
