package io.stentor.bpf.gen;

import io.stentor.bpf.MapOwner;
import io.stentor.bpf.described.Description;
import io.stentor.bpf.described.Kind;

/// Writes the [Description]: one line for each thing, in the order of names.
///
/// Configuration and the maps of a generation are left out: no other build reads them.
final class Canon {
    private final StringBuilder text = new StringBuilder();

    private Canon() {}

    static Description of(Blueprint all) {
        Canon out = new Canon();
        all.maps().values().stream()
                .filter(m -> m.sizing().owner() != MapOwner.GENERATION)
                .forEach(out::add);
        all.structs().values().stream().filter(s -> !s.name().equals("config")).forEach(out::add);
        all.values().values().forEach(out::add);
        return Description.parse(out.text.toString());
    }

    private void add(Blueprint.Map map) {
        Blueprint.Sizing sizing = map.sizing();
        text.append("map ").append(map.name()).append(' ').append(map.type());
        text.append(' ').append(map.sides().key().map(Kind::text).orElse("-"));
        text.append(' ').append(map.sides().value().map(Kind::text).orElse("-"));
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
                            .append(kind.text()));
        }
        text.append('\n');
    }

    private void add(Blueprint.Values values) {
        text.append("enum ").append(values.name());
        values.list().forEach(v -> text.append(' ').append(v.name()).append('=').append(v.number()));
        text.append('\n');
    }
}
