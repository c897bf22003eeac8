package io.stentor.bpf.gen;

import io.stentor.bpf.MapOwner;
import io.stentor.bpf.btf.Btf;
import io.stentor.bpf.btf.BtfType;
import io.stentor.bpf.btf.Elf;
import io.stentor.bpf.btf.MapDeclaration;
import io.stentor.bpf.described.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Collects the layouts of several objects; what two of them declare under one name must be the same.
///
/// Errors are [IllegalArgumentException]s that name object, declaration and what to change.
final class BlueprintReader {
    private final SortedMap<String, Blueprint.Struct> structs = new TreeMap<>();
    private final SortedMap<String, Blueprint.Values> values = new TreeMap<>();
    private final SortedMap<String, Blueprint.Map> maps = new TreeMap<>();

    /// @param objects ELF files by name
    static Blueprint read(java.util.Map<String, byte[]> objects) {
        BlueprintReader reader = new BlueprintReader();
        objects.forEach((name, bytes) -> {
            try {
                reader.add(Btf.of(Elf.parse(bytes)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
            }
        });
        reader.checkCodes();
        return new Blueprint(reader.structs, reader.values, reader.maps);
    }

    private void add(Btf btf) {
        StructReader layouts = new StructReader(btf);
        for (MapDeclaration declaration : MapDeclaration.of(btf)) {
            Blueprint.Map map = map(layouts, declaration, owner(declaration));
            if (map.name().length() > 15) {
                throw new IllegalArgumentException("map " + map.name() + " has a name of more than 15 bytes");
            }
            merge(maps, map.name(), map, "map");
        }
        for (String section : List.of(".bss", ".data", ".rodata.config")) {
            for (int id : btf.variables(section)) {
                root(btf, layouts, section, (BtfType.Variable) btf.type(id));
            }
        }
        layouts.structs().forEach((name, struct) -> merge(structs, name, struct, "struct"));
    }

    private void root(Btf btf, StructReader layouts, String section, BtfType.Variable variable) {
        if (section.equals(".rodata.config")) {
            if (btf.variables(section).size() != 1) {
                throw new IllegalArgumentException("the configuration must be alone in its section");
            }
        } else if (!variable.name().startsWith("layout_emit_")) {
            return;
        }
        int type = btf.resolve(variable.type());
        Optional<Blueprint.Values> list = ValuesReader.read(btf, type);
        if (list.isPresent()) {
            merge(values, list.get().name(), list.get(), "enum");
        } else {
            layouts.kind(type, variable.name());
        }
    }

    private static MapOwner owner(MapDeclaration map) {
        return map.owner()
                .orElseThrow(() -> new IllegalArgumentException(
                        "map " + map.name() + " has no owner: AGENT_MAP, DATAPATH_MAP or GENERATION_MAP"));
    }

    private static Blueprint.Map map(StructReader layouts, MapDeclaration map, MapOwner owner) {
        boolean opaque = owner == MapOwner.GENERATION;
        return new Blueprint.Map(
                map.name(),
                map.doc(),
                map.numbers().type(),
                new Blueprint.Sides(
                        side(layouts, map.types().key(), map.numbers().keySize(), map.name() + "'s key", opaque),
                        side(layouts, map.types().value(), map.numbers().valueSize(), map.name() + "'s value", opaque),
                        map.types().inner().map(inner -> map(layouts, inner, owner))),
                new Blueprint.Sizing(map.numbers().maxEntries(), map.numbers().flags(), owner));
    }

    /// Integers of four and eight bytes, layouts, or bytes of a generation's own.
    private static Optional<Kind> side(StructReader layouts, int type, int size, String what, boolean opaque) {
        if (size == 0) {
            return Optional.empty();
        }
        if (type == 0) {
            return Optional.of(size == 4 ? new Kind.Whole(32, false, false) : new Kind.Raw(size));
        }
        if (opaque && !layouts.isLayout(type) && size != 4 && size != 8) {
            return Optional.of(new Kind.Raw(size));
        }
        Kind kind = layouts.kind(type, what);
        return switch (kind) {
            case Kind.Nested nested -> Optional.of(nested);
            case Kind.Raw raw -> Optional.of(raw);
            case Kind.Whole number when number.bits() >= 32 -> Optional.of(new Kind.Whole(number.bits(), false, false));
            case Kind.Code code when code.bits() == 32 -> Optional.of(new Kind.Whole(32, false, false));
            default -> throw new IllegalArgumentException(what + " must be an integer of 4 or 8 bytes or a LAYOUT");
        };
    }

    private static <T> void merge(SortedMap<String, T> into, String name, T declared, String what) {
        T before = into.putIfAbsent(name, declared);
        if (before != null && !before.equals(declared)) {
            throw new IllegalArgumentException(
                    what + " " + name + " is declared otherwise in another object: " + before + " and " + declared);
        }
    }

    private void checkCodes() {
        for (Blueprint.Struct struct : structs.values()) {
            for (Blueprint.Field field : struct.fields()) {
                Kind kind = field.kind().orElse(new Kind.Bool());
                Kind element = kind instanceof Kind.Array array ? array.element() : kind;
                if (element instanceof Kind.Code code) {
                    Blueprint.Values list = values.get(code.values());
                    if (list == null || list.constants()) {
                        throw new IllegalArgumentException("struct " + struct.name() + ": " + field.name()
                                + " is of enum "
                                + code.values() + ", which needs LAYOUT_ENUM in its header and LAYOUT_EMIT_ENUM("
                                + code.values() + ") in layout.bpf.c");
                    }
                }
            }
        }
    }

    /// The lists of enumerators, with a sentence each.
    static final class ValuesReader {
        private ValuesReader() {}

        static Optional<Blueprint.Values> read(Btf btf, int type) {
            Optional<String> list = btf.tag(type, -1, "stentor:values:");
            Optional<String> constants = btf.tag(type, -1, "stentor:constants:");
            if (list.isEmpty() && constants.isEmpty()) {
                return Optional.empty();
            }
            BtfType.Struct carrier = (BtfType.Struct) btf.type(type);
            if (!(btf.type(carrier.members().getFirst().type()) instanceof BtfType.Enumeration declared)) {
                throw new IllegalArgumentException(carrier.name() + " has no enumeration");
            }
            List<Blueprint.Value> found = new ArrayList<>();
            for (int i = 0; i < declared.values().size(); i++) {
                BtfType.Value value = declared.values().get(i);
                String doc = btf.tag(type, i + 1, "stentor:doc:").orElse("");
                if (value.number() != (int) value.number() && value.number() >>> 32 != 0) {
                    throw new IllegalArgumentException(value.name() + " does not fit in 32 bits");
                }
                found.add(new Blueprint.Value(value.name(), value.number(), doc));
            }
            String doc = list.or(() -> constants).orElseThrow();
            return Optional.of(new Blueprint.Values(declared.name(), doc, constants.isPresent(), found));
        }
    }
}
