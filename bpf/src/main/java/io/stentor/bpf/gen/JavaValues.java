package io.stentor.bpf.gen;

import java.util.List;

/// Writes an enumeration as a Java enum, a list of constants as a class of them.
final class JavaValues {
    private JavaValues() {}

    static String text(Blueprint.Values values, String javaPackage) {
        Source out = new Source(javaPackage);
        out.imports("io.stentor.bpf.Codec");
        out.doc(values.doc());
        out.doc("");
        out.doc("C: `enum " + values.name() + "`.");
        String name = Names.type(values.name());
        if (values.constants()) {
            constants(out, name, values.list());
        } else {
            codes(out, name, values.list());
        }
        return out.toString();
    }

    private static void constants(Source out, String name, List<Blueprint.Value> values) {
        out.open("public final class " + name);
        for (Blueprint.Value value : values) {
            out.doc(value.doc());
            out.line("public static final int " + Names.value(value.name()) + " = " + (int) value.number() + ";");
        }
        out.line("");
        out.line("private " + name + "() {}");
        out.close();
    }

    private static void codes(Source out, String name, List<Blueprint.Value> values) {
        out.open("public enum " + name);
        for (int i = 0; i < values.size(); i++) {
            Blueprint.Value value = values.get(i);
            out.doc(value.doc());
            out.line(Names.value(value.name()) + "(" + (int) value.number() + ", \"" + quoted(value.doc()) + "\")"
                    + (i + 1 < values.size() ? "," : ";"));
        }
        out.line("");
        out.line("public static final Codec<" + name + "> CODEC = new Codec<>(4, (value, to, at) -> Codec.U32.encode("
                + "value.code, to, at), (from, at) -> of(Codec.U32.decode(from, at)));");
        out.line("private final int code;");
        out.line("private final String sentence;");
        out.line("");
        out.open(name + "(int code, String sentence)");
        out.line("this.code = code;");
        out.line("this.sentence = sentence;");
        out.close();
        out.line("");
        out.doc("The number in C.");
        out.open("public int code()");
        out.line("return code;");
        out.close();
        out.line("");
        out.doc("What it means, for people.");
        out.open("public String sentence()");
        out.line("return sentence;");
        out.close();
        out.line("");
        out.doc("@throws IllegalArgumentException if the number has no name");
        out.open("public static " + name + " of(int code)");
        out.open("return switch (code)");
        values.forEach(v -> out.line("case " + (int) v.number() + " -> " + Names.value(v.name()) + ";"));
        out.line("default -> throw new IllegalArgumentException(\"no " + name + " has the number \" + code);");
        out.close("};");
        out.close();
        out.close();
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
