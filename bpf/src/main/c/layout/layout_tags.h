/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * How C says what Java must know.
 *
 * Everything that crosses between the datapath and the agent is declared once, in layout/ and maps/,
 * with the macros below. clang writes the declarations and their tags into BTF; the generator
 * (io.stentor.bpf.gen.GenerateLayouts, `make gen`) reads BTF and nothing else. Nobody writes an offset.
 *
 * Structs
 *   struct ct_key {
 *           union ip source          DOC("of the side that sent the first packet");
 *           __be16 source_port       DOC("port, or 0 where there is none");
 *           __u8 protocol;
 *           __u8 stage               OF_ENUM(stage);
 *           __u32 pad;
 *   } LAYOUT("One direction of a connection.");
 *   LAYOUT_SIZE(struct ct_key, 24);
 *
 *   -> Java record CtKey(Bytes16 source, int sourcePort, int protocol, Stage stage)
 *
 *   Field in C                       in Java
 *   __u8 __u16 __s32 …               int; __u32 is an int too, to be read as unsigned
 *   __u64 __s64                      long
 *   _Bool                            boolean
 *   __be16 __be32 __be64             int, int, long in HOST order: the codec swaps
 *   enum x, or an integer OF_ENUM(x) X, declared by LAYOUT_ENUM; a code without name fails to decode
 *   struct y (a LAYOUT)              Y
 *   __u8[N], anything LAYOUT_BYTES   Bytes16 for 16 bytes, Bytes6 for 6, else Bytes: as they lie in memory
 *   T[N] otherwise                   List<T> of exactly N
 *   any name that begins with pad    not there: written as zero, skipped when read
 *
 *   Refused, with the name of the field: implicit padding, bit fields, pointers, anonymous members,
 *   unions (but LAYOUT_BYTES), structs that are no LAYOUT.
 *   Records of more than five fields have ZERO and a withX for each field.
 *
 * Addresses: several views of the same bytes
 *   union ip { __u8 bytes[16]; __be32 words[4]; __u64 halves[2]; } LAYOUT_BYTES;
 *
 * Enumerations and constants: a list, each line name, number, sentence
 *   #define DROP_REASONS(V)                                        \
 *           V(DROP_MALFORMED, 1, "the packet ends inside a header") \
 *           V(DROP_NO_ROUTE, 2, "no route to the destination")
 *   LAYOUT_ENUM(drop_reason, DROP_REASONS, "Why a packet was dropped.");
 *   #define CT_FLAGS(V) V(CT_ANSWERED, 1 << 0, "packets were seen both ways")
 *   LAYOUT_CONSTANTS(ct_flag, CT_FLAGS, "Bits of ct_value.flags.");
 *
 *   -> enum drop_reason and enum ct_flag in C; Java enum DropReason {MALFORMED, NO_ROUTE} with code() and
 *      of(code), and a final class CtFlag with int constants. The first word of each name (DROP_, CT_) is
 *      cut off in Java. All numbers fit in 32 bits (BTF of kernel 5.10 has no wider ones).
 *
 * Maps: libbpf's declaration and an owner
 *   struct {
 *           __uint(type, BPF_MAP_TYPE_HASH);
 *           __type(key, struct endpoint_key);
 *           __type(value, struct endpoint_value);
 *           __uint(max_entries, 65536);
 *           __uint(map_flags, BPF_F_NO_PREALLOC);
 *   } endpoints SEC(".maps") AGENT_MAP("Local pods by address.");
 *
 *   AGENT_MAP       desired state: reconciled by the agent, nobody else writes
 *   DATAPATH_MAP    written by the programs: read and aged by the agent, never reconciled
 *                   (conntrack, counters, ring buffers); the agent fills an array of maps with a map a
 *                   processor, in turns: programs take slot processor modulo max_entries
 *   GENERATION_MAP  belongs to one generation of programs (prog arrays, scratch): not in the fingerprint
 *
 *   A map name is at most 15 bytes. A name means the same map in every object: differing declarations
 *   fail the build. Keys and values may be integers (array index, program or map fd) or LAYOUT structs.
 *
 * Configuration: one LAYOUT struct, alone in its section, in every object
 *   struct config { … } LAYOUT("…");
 *   CONFIG struct config config;
 *   The agent puts Config.encode() there before loading; the verifier prunes what it rules out.
 *   A call of a helper newer than 5.10 must stand under a CONFIG field named has_<feature>, and its helper
 *   is listed in bpf/src/test/resources/io/stentor/bpf/guarded-helpers.txt.
 *
 * prog/layout.bpf.c: never loaded; includes all of layout/ and names what no map mentions
 *   LAYOUT_EMIT(struct drop_event);
 *   LAYOUT_EMIT_ENUM(drop_reason);
 *   LAYOUT_EMIT_ENUM(ct_flag);
 *   Every LAYOUT_ENUM and LAYOUT_CONSTANTS that Java shall see is named there; structs in maps come by
 *   themselves from the objects that have the maps.
 */
#pragma once

#define LAYOUT_TAG(text) __attribute__((btf_decl_tag(text)))

#define LAYOUT(doc) LAYOUT_TAG("stentor:layout:" doc)
#define LAYOUT_BYTES LAYOUT_TAG("stentor:bytes")
#define DOC(doc) LAYOUT_TAG("stentor:doc:" doc)
#define OF_ENUM(name) LAYOUT_TAG("stentor:enum:" #name)

#define AGENT_MAP(doc) LAYOUT_TAG("stentor:owner:agent") DOC(doc)
#define DATAPATH_MAP(doc) LAYOUT_TAG("stentor:owner:datapath") DOC(doc)
#define GENERATION_MAP(doc) LAYOUT_TAG("stentor:owner:generation") DOC(doc)

/* Weak, or clang takes what is read through a cast without volatile for the zeros that the object holds. */
#define CONFIG __attribute__((section(".rodata.config"), used, weak)) volatile const

#define LAYOUT_SIZE(type, size) _Static_assert(sizeof(type) == (size), #type " must have " #size " bytes")

/* BTF has no tags on enumerators: a struct with a tagged member for each carries the sentences. */
#define LAYOUT_VALUE_(name, number, doc) name = (number),
#define LAYOUT_DOC_(name, number, doc) char name##_ DOC(doc);
#define LAYOUT_VALUES_(name, values, kind, doc) \
	enum name { values(LAYOUT_VALUE_) };    \
	struct layout_values_##name {           \
		enum name type;                 \
		values(LAYOUT_DOC_)             \
	} LAYOUT_TAG("stentor:" kind ":" doc)

#define LAYOUT_ENUM(name, values, doc) LAYOUT_VALUES_(name, values, "values", doc)
#define LAYOUT_CONSTANTS(name, values, doc) LAYOUT_VALUES_(name, values, "constants", doc)

#define LAYOUT_EMIT_(type, line)        \
	extern type layout_emit_##line; \
	type layout_emit_##line
#define LAYOUT_EMIT_AT_(type, line) LAYOUT_EMIT_(type, line)
#define LAYOUT_EMIT(type) LAYOUT_EMIT_AT_(type, __COUNTER__)
#define LAYOUT_EMIT_ENUM(name) LAYOUT_EMIT(struct layout_values_##name)
