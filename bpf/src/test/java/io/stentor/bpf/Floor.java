package io.stentor.bpf;

import io.stentor.bpf.btf.Btf;
import io.stentor.bpf.btf.BtfType;
import io.stentor.bpf.btf.Elf;
import io.stentor.bpf.btf.MapDeclaration;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Looks through an object for what kernel 5.10 does not have: helpers by number, kernel functions, callbacks, atomics
/// that fetch, pointers given to global functions, kinds of map.
///
/// Numbers and versions: `include/uapi/linux/bpf.h` of each release.
final class Floor {
    private static final int LAST_HELPER = 155;
    private static final int CALL = 0x85;
    private static final int LOAD_IMMEDIATE_64 = 0x18;
    private static final int ATOMIC_32 = 0xc3;
    private static final int ATOMIC_64 = 0xdb;

    /// First helper number of each release after the floor.
    private static final int[] FIRST = {156, 163, 164, 166, 169, 176, 180, 186, 194, 204, 208, 210, 212};

    private static final String[] RELEASE = {
        "5.11", "5.12", "5.13", "5.14", "5.15", "5.16", "5.17", "5.18", "5.19", "6.0", "6.1", "6.2", "6.3 or newer"
    };

    private final Elf elf;
    private final Btf btf;
    private final List<String> findings = new ArrayList<>();

    private Floor(byte[] object) {
        elf = Elf.parse(object);
        btf = Btf.of(elf);
    }

    /// One sentence for each thing that is too new.
    ///
    /// @param guarded fields of `struct config` by the helper that is called under them
    static List<String> check(byte[] object, Map<Integer, String> guarded) {
        Floor floor = new Floor(object);
        for (Elf.Symbol symbol : floor.elf.symbols()) {
            if (symbol.function()) {
                floor.instructions(symbol, guarded);
            }
        }
        floor.globals();
        // the reader refuses newer kinds of map
        MapDeclaration.of(floor.btf);
        return floor.findings;
    }

    private void instructions(Elf.Symbol function, Map<Integer, String> guarded) {
        Elf.Section section = elf.sections().get(function.section());
        ByteBuffer code = section.content();
        int end = (int) (function.value() + function.size());
        for (int at = (int) function.value(); at < end; at += 8) {
            int opcode = Byte.toUnsignedInt(code.get(at));
            int source = Byte.toUnsignedInt(code.get(at + 1)) >>> 4;
            int immediate = code.getInt(at + 4);
            if (opcode == CALL && source == 0 && immediate > LAST_HELPER) {
                helper(function, immediate, guarded);
            } else if (opcode == CALL && source == 2) {
                findings.add(function.name() + " calls a kernel function: 5.13");
            } else if ((opcode == ATOMIC_32 || opcode == ATOMIC_64) && immediate != 0) {
                findings.add(function.name() + " uses an atomic operation other than add: 5.12");
            } else if (opcode == LOAD_IMMEDIATE_64) {
                callback(function, section, at);
                at += 8;
            }
        }
    }

    private void helper(Elf.Symbol function, int helper, Map<Integer, String> guarded) {
        String field = guarded.get(helper);
        if (field == null) {
            findings.add(function.name() + " calls helper " + helper + ": " + release(helper)
                    + "; guard it and name it in guarded-helpers.txt");
        } else if (!hasConfigField(field)) {
            findings.add(function.name() + " calls helper " + helper + " without config." + field);
        }
    }

    private boolean hasConfigField(String field) {
        for (int i = 0; i < btf.size(); i++) {
            if (btf.type(i) instanceof BtfType.Struct struct && struct.name().equals("config")) {
                return struct.members().stream().anyMatch(m -> m.name().equals(field));
            }
        }
        return false;
    }

    private void callback(Elf.Symbol function, Elf.Section section, int at) {
        for (Elf.Relocation relocation : elf.relocations(section)) {
            int target = relocation.symbol().section();
            if (relocation.offset() == at
                    && target > 0
                    && target < elf.sections().size()
                    && elf.sections().get(target).name().equals(".text")) {
                findings.add(function.name() + " passes a function as callback: 5.13");
            }
        }
    }

    /// Entry points take a context; other global functions take pointers to it and integers only.
    private void globals() {
        for (Elf.Symbol symbol : elf.symbols()) {
            if (!symbol.function()
                    || !elf.sections().get(symbol.section()).name().equals(".text")) {
                continue;
            }
            BtfType.Function function = btf.function(symbol.name()).orElseThrow();
            BtfType.Prototype prototype = (BtfType.Prototype) btf.type(function.prototype());
            if (function.global() && prototype.parameters().stream().anyMatch(this::isForeignPointer)) {
                findings.add(symbol.name() + " is a global function that takes a pointer: 5.12; make it static");
            }
        }
    }

    private boolean isForeignPointer(int type) {
        return btf.pointee(type)
                .map(btf::resolve)
                .filter(t -> !(btf.type(t) instanceof BtfType.Struct struct
                        && (struct.name().equals("__sk_buff") || struct.name().equals("xdp_md"))))
                .isPresent();
    }

    static String release(int helper) {
        String release = "5.10";
        for (int i = 0; i < FIRST.length && FIRST[i] <= helper; i++) {
            release = RELEASE[i];
        }
        return release;
    }
}
