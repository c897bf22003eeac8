package io.stentor.bpf;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.bpf.gen.GenerateLayouts;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the conventions of layout_tags.h do not allow is refused with a sentence that names it.
class RefusedLayoutTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "__u8 a; __u32 b;       | struct x.b follows implicit padding of 3 bytes: declare it, named pad",
                "__u32 b; __u8 a;       | struct x ends with implicit padding of 3 bytes: declare it, named pad",
                "__u32 a : 3, b : 29;   | struct x.a is a bit field",
                "void *a;               | struct x.a is a pointer",
                "union { __u32 b; };    | struct x has a member without a name",
                "union u { __u32 b; } a;| struct x.a is a union, which only LAYOUT_BYTES may be",
                "struct y { int b; } a; | struct x.a is of struct y, which is no LAYOUT",
                "_Bool a[2];            | struct x.a is an array of arrays or of booleans",
                "enum e { A } a;        | struct x: a is of enum e, which needs LAYOUT_ENUM in its header and"
                        + " LAYOUT_EMIT_ENUM(e) in layout.bpf.c",
                "__u8 a OF_ENUM(e);     | struct x: a is of enum e, which needs LAYOUT_ENUM in its header and"
                        + " LAYOUT_EMIT_ENUM(e) in layout.bpf.c",
            })
    void a_field_that_cannot_cross(String fields, String message) {
        refused(message, Map.of("a", "struct x { " + fields + " } LAYOUT(\"\"); LAYOUT_EMIT(struct x);"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "__uint(type, 1); __type(key, int); __type(value, int); | m | | map m has no owner: AGENT_MAP, DATAPATH_MAP"
                        + " or GENERATION_MAP",
                "__uint(type, 1); __type(key, short); __type(value, int); | m | AGENT_MAP(\"\") | m's key must be an integer"
                        + " of 4 or 8 bytes or a LAYOUT",
                "__uint(type, 1); __type(key, int); __type(value, struct k); | m | AGENT_MAP(\"\") | m's value is of struct k,"
                        + " which is no LAYOUT",
                "__uint(type, 30); __type(value, int); | m | AGENT_MAP(\"\") | no map type that the floor kernel 5.10 has and"
                        + " we use: 30",
                "__uint(type, 1); __type(key, int); __type(value, int); | a_name_too_long_ | AGENT_MAP(\"\") | map"
                        + " a_name_too_long_ has a name of more than 15 bytes",
            })
    void a_map_that_nobody_could_use(String fields, String name, String owner, String message) {
        String tag = owner == null ? "" : owner;
        refused(
                message,
                Map.of("a", "struct k { int b; }; struct { " + fields + "} " + name + " SEC(\".maps\") " + tag + ";"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "struct x { __u32 a; } LAYOUT(\"\"); LAYOUT_EMIT(struct x);"
                        + "| struct x { __u64 a; } LAYOUT(\"\"); LAYOUT_EMIT(struct x);"
                        + "| struct x is declared otherwise in another object",
            })
    void one_name_for_two_things(String one, String other, String message) {
        Map<String, String> sources = new LinkedHashMap<>();
        sources.put("a", one);
        sources.put("b", other);
        refused(message, sources);
    }

    private static void refused(String message, Map<String, String> sources) {
        Map<String, byte[]> objects = new LinkedHashMap<>();
        sources.forEach((name, source) -> objects.put(name, Clang.compile(source)));
        assertThatThrownBy(() -> GenerateLayouts.generate(objects, "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
