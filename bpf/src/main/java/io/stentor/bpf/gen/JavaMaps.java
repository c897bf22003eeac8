package io.stentor.bpf.gen;

import io.stentor.bpf.described.Description;
import java.util.stream.Collectors;

/// Writes the specifications of all maps, and the fingerprint.
final class JavaMaps {
    private JavaMaps() {}

    static String maps(Blueprint all, String javaPackage) {
        Source out = new Source(javaPackage);
        out.imports(
                "io.stentor.bpf.Bytes",
                "io.stentor.bpf.Bytes16",
                "io.stentor.bpf.Bytes6",
                "io.stentor.bpf.Codec",
                "io.stentor.bpf.MapOwner",
                "io.stentor.bpf.MapSpec",
                "io.stentor.bpf.MapType",
                "java.util.List",
                "java.util.Optional");
        out.doc("Every map that the programs use.");
        out.open("public final class Maps");
        for (Blueprint.Map map : all.maps().values()) {
            out.doc(map.doc());
            out.line("public static final " + type(map) + " " + Names.constant(map.name()) + " = " + expression(map)
                    + ";");
            out.line("");
        }
        out.doc("All of them, by name.");
        out.line("public static final List<MapSpec<?, ?>> ALL = List.of("
                + all.maps().keySet().stream().map(Names::constant).collect(Collectors.joining(", ")) + ");");
        out.line("");
        out.line("private Maps() {}");
        out.close();
        return out.toString();
    }

    private static String type(Blueprint.Map map) {
        return "MapSpec<" + JavaKind.boxed(map.sides().key()) + ", "
                + JavaKind.boxed(map.sides().value()) + ">";
    }

    private static String expression(Blueprint.Map map) {
        String inner = map.sides()
                .inner()
                .map(i -> "Optional.of(" + expression(i) + ")")
                .orElse("Optional.empty()");
        return "new MapSpec<>(\"" + map.name() + "\", MapType." + map.type() + ", "
                + JavaKind.codec(map.sides().key()) + ", "
                + JavaKind.codec(map.sides().value()) + ", new MapSpec.Shape("
                + map.sizing().maxEntries() + ", "
                + map.sizing().flags() + ", MapOwner." + map.sizing().owner() + ", " + inner + "))";
    }

    static String layouts(Blueprint all, String javaPackage) {
        Description description = Canon.of(all);
        Source out = new Source(javaPackage);
        out.doc("What all layouts together are known by.");
        out.open("public final class Layouts");
        out.line("private static final String FINGERPRINT = \"" + description.fingerprint() + "\";");
        out.line("");
        out.line("private static final String DESCRIPTION = \"\"\"");
        description.text().lines().forEach(line -> out.line("        " + line));
        out.line("        \"\"\";");
        out.line("");
        out.line("private Layouts() {}");
        out.line("");
        out.doc(
                "Twelve hexadecimal digits that change when a map outside [io.stentor.bpf.MapOwner#GENERATION], a layout");
        out.doc("or an enumeration does.");
        out.open("public static String fingerprint()");
        out.line("return FINGERPRINT;");
        out.close();
        out.line("");
        out.doc("What the fingerprint is of, to be read by [io.stentor.bpf.described.Description]. Maps are pinned");
        out.doc("beside it.");
        out.open("public static String description()");
        out.line("return DESCRIPTION;");
        out.close();
        out.close();
        return out.toString();
    }
}
