package io.stentor.bpf.gen;

import io.stentor.bpf.MapOwner;
import io.stentor.bpf.gen.Blueprint.Kind;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A hash of what bytes mean: names, offsets, kinds and numbers, no sentences.
///
/// Configuration and the maps of a generation are left out: no other build reads them.
final class Fingerprint {
    private final StringBuilder text = new StringBuilder();

    private Fingerprint() {}

    static String of(Blueprint all) {
        String canonical = canonical(all);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /// One line for each thing, in the order of names.
    static String canonical(Blueprint all) {
        Fingerprint out = new Fingerprint();
        all.maps().values().stream()
                .filter(m -> m.sizing().owner() != MapOwner.GENERATION)
                .forEach(out::add);
        all.structs().values().stream().filter(s -> !s.name().equals("config")).forEach(out::add);
        all.values().values().forEach(out::add);
        return out.text.toString();
    }

    private void add(Blueprint.Map map) {
        Blueprint.Sizing sizing = map.sizing();
        text.append("map ").append(map.name()).append(' ').append(map.type());
        text.append(' ').append(map.sides().key().map(Fingerprint::kind).orElse("-"));
        text.append(' ').append(map.sides().value().map(Fingerprint::kind).orElse("-"));
        text.append(' ').append(sizing.maxEntries()).append(' ').append(sizing.flags());
        text.append(' ').append(sizing.owner()).append('\n');
        map.sides().inner().ifPresent(this::add);
    }

    private void add(Blueprint.Struct struct) {
        text.append("struct ").append(struct.name()).append(' ').append(struct.size());
        for (Blueprint.Field field : struct.fields()) {
            field.kind()
                    .ifPresent(kind -> text.append(' ')
                            .append(field.name())
                            .append('@')
                            .append(field.offset())
                            .append(':')
                            .append(kind(kind)));
        }
        text.append('\n');
    }

    private void add(Blueprint.Values values) {
        text.append("enum ").append(values.name());
        values.list().forEach(v -> text.append(' ').append(v.name()).append('=').append(v.number()));
        text.append('\n');
    }

    private static String kind(Kind kind) {
        return switch (kind) {
            case Kind.Whole whole -> (whole.bigEndian() ? "be" : whole.signed() ? "s" : "u") + whole.bits();
            case Kind.Bool _ -> "bool";
            case Kind.Code code -> "enum " + code.values() + code.bits();
            case Kind.Nested nested -> "struct " + nested.struct();
            case Kind.Raw raw -> "bytes" + raw.size();
            case Kind.Array array -> kind(array.element()) + "[" + array.count() + "]";
        };
    }
}
