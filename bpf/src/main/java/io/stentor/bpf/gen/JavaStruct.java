package io.stentor.bpf.gen;

import io.stentor.bpf.described.Kind;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Writes a struct as a record with its codec.
final class JavaStruct {
    private final Blueprint all;
    private final Blueprint.Struct struct;
    private final String name;
    private final List<Blueprint.Field> fields;

    JavaStruct(Blueprint all, Blueprint.Struct struct) {
        this.all = all;
        this.struct = struct;
        name = Names.type(struct.name());
        fields = struct.fields().stream().filter(f -> f.kind().isPresent()).toList();
    }

    String text(String javaPackage) {
        Source out = new Source(javaPackage);
        out.imports(
                "io.stentor.bpf.Bytes",
                "io.stentor.bpf.Bytes16",
                "io.stentor.bpf.Bytes6",
                "io.stentor.bpf.Codec",
                "io.stentor.bpf.Field",
                "io.stentor.bpf.Layout",
                "java.util.Collections",
                "java.util.List");
        out.doc(struct.doc());
        out.doc("");
        out.doc("C: `struct " + struct.name() + "`, " + struct.size() + " bytes.");
        out.doc("");
        fields.stream()
                .filter(f -> !describe(f).isEmpty())
                .forEach(f -> out.doc("@param " + Names.field(f.name()) + " " + describe(f)));
        String components = fields.stream()
                .map(f -> JavaKind.of(f.kind().orElseThrow()).type() + " " + Names.field(f.name()))
                .collect(Collectors.joining(", "));
        out.open("public record " + name + "(" + components + ") implements Layout");
        constants(out);
        constructor(out);
        codec(out);
        if (fields.size() > 5) {
            withers(out);
        }
        out.close();
        return out.toString();
    }

    private static String describe(Blueprint.Field field) {
        String order = field.kind().orElseThrow() instanceof Kind.Whole number && number.bigEndian()
                ? (field.doc().isEmpty() ? "" : "; ") + "host order here, network order in memory"
                : "";
        return field.doc() + order;
    }

    private void constants(Source out) {
        out.line("public static final int SIZE = " + struct.size() + ";");
        fields.forEach(
                f -> out.line("public static final int " + Names.constant(f.name()) + "_OFFSET = " + f.offset() + ";"));
        out.line("public static final Codec<" + name + "> CODEC = new Codec<>(SIZE, " + name + "::encode, " + name
                + "::decode);");
        if (hasZero(struct)) {
            out.line("/// All bytes zero.");
            out.line("public static final " + name + " ZERO = new " + name + "("
                    + fields.stream()
                            .map(f -> JavaKind.of(f.kind().orElseThrow()).zero())
                            .collect(Collectors.joining(", "))
                    + ");");
        }
        out.line("");
    }

    /// Zero is a record only if every code in it has a name for zero.
    private boolean hasZero(Blueprint.Struct candidate) {
        return candidate.fields().stream()
                .allMatch(f -> f.kind().map(this::hasZero).orElse(true));
    }

    private boolean hasZero(Kind kind) {
        return switch (kind) {
            case Kind.Code code ->
                all.values().get(code.values()).list().stream().anyMatch(v -> v.number() == 0);
            case Kind.Nested nested -> hasZero(all.structs().get(nested.struct()));
            case Kind.Array array -> hasZero(array.element());
            case Kind.Whole _, Kind.Bool _, Kind.Raw _ -> true;
        };
    }

    private void constructor(Source out) {
        List<String> checks = fields.stream()
                .flatMap(f -> JavaKind.of(f.kind().orElseThrow()).checks(Names.field(f.name()), f.name()).stream())
                .toList();
        if (!checks.isEmpty()) {
            out.open("public " + name);
            checks.forEach(out::line);
            out.close();
            out.line("");
        }
    }

    private void codec(Source out) {
        out.line("/// Reads " + struct.size() + " bytes at `at`.");
        out.open("public static " + name + " decode(byte[] from, int at)");
        out.line("return new " + name + "("
                + fields.stream()
                        .map(f -> JavaKind.of(f.kind().orElseThrow()).read(place(f)))
                        .collect(Collectors.joining(", "))
                + ");");
        out.close();
        out.line("");
        out.line("@Override");
        out.open("public void encode(byte[] to, int at)");
        for (Blueprint.Field field : struct.fields()) {
            out.line(field.kind()
                    .map(k -> JavaKind.of(k).write(place(field), Names.field(field.name())))
                    .orElse("Field.zero(to, " + place(field) + ", " + field.size() + ");"));
        }
        out.close();
        out.line("");
        out.line("@Override");
        out.open("public byte[] encode()");
        out.line("return CODEC.encode(this);");
        out.close();
    }

    private static String place(Blueprint.Field field) {
        return field.offset() == 0 ? "at" : "at + " + field.offset();
    }

    private void withers(Source out) {
        Map<String, String> types = fields.stream()
                .collect(Collectors.toMap(
                        f -> Names.field(f.name()),
                        f -> JavaKind.of(f.kind().orElseThrow()).type()));
        String arguments = fields.stream().map(f -> Names.field(f.name())).collect(Collectors.joining(", "));
        for (Blueprint.Field field : fields) {
            String java = Names.field(field.name());
            out.line("");
            out.open("public " + name + " with" + Names.type(field.name()) + "(" + types.get(java) + " " + java + ")");
            out.line("return new " + name + "(" + arguments + ");");
            out.close();
        }
    }
}
