package io.stentor.bpf.btf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A relocatable ELF64 file of the host's byte order, as far as eBPF objects use the format.
public final class Elf {
    private static final int SYMBOL_TABLE = 2;
    private static final int RELOCATIONS = 9;

    private final ByteBuffer file;
    private final List<Section> sections = new ArrayList<>();
    private final List<Symbol> symbols = new ArrayList<>();

    /// @param content what it holds; empty for `.bss`
    /// @param info    for relocations, the index of the section that they change
    public record Section(int index, String name, int type, ByteBuffer content, int info) {}

    /// @param section index of the section that holds it, 0 for what is defined elsewhere
    /// @param value   offset in that section
    public record Symbol(String name, int section, long value, long size, boolean function) {}

    /// @param offset in the changed section
    public record Relocation(long offset, Symbol symbol) {}

    private Elf(byte[] bytes) {
        file = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }

    /// @throws IllegalArgumentException if this is no such file
    public static Elf parse(byte[] bytes) {
        if (bytes.length < 64 || bytes[0] != 0x7f || bytes[1] != 'E' || bytes[2] != 'L' || bytes[3] != 'F') {
            throw new IllegalArgumentException("not an ELF file");
        }
        if (bytes[4] != 2) {
            throw new IllegalArgumentException("not a 64-bit ELF file");
        }
        Elf elf = new Elf(bytes);
        elf.readSections();
        elf.readSymbols();
        return elf;
    }

    public List<Section> sections() {
        return sections;
    }

    public Optional<Section> section(String name) {
        return sections.stream().filter(s -> s.name().equals(name)).findFirst();
    }

    public List<Symbol> symbols() {
        return symbols;
    }

    /// What changes `section` when the object is loaded.
    public List<Relocation> relocations(Section section) {
        List<Relocation> found = new ArrayList<>();
        for (Section table : sections) {
            if (table.type() == RELOCATIONS && table.info() == section.index()) {
                ByteBuffer rows = table.content();
                for (int at = 0; at + 16 <= rows.limit(); at += 16) {
                    found.add(new Relocation(rows.getLong(at), symbols.get((int) (rows.getLong(at + 8) >>> 32))));
                }
            }
        }
        return found;
    }

    private void readSections() {
        long headers = file.getLong(40);
        int size = Short.toUnsignedInt(file.getShort(58));
        int count = Short.toUnsignedInt(file.getShort(60));
        int names = Short.toUnsignedInt(file.getShort(62));
        int nameTable = (int) file.getLong((int) headers + names * size + 24);
        for (int i = 0; i < count; i++) {
            int at = (int) headers + i * size;
            int type = file.getInt(at + 4);
            boolean empty = type == 8;
            ByteBuffer content = file.slice(
                            empty ? 0 : (int) file.getLong(at + 24), empty ? 0 : (int) file.getLong(at + 32))
                    .order(file.order());
            sections.add(
                    new Section(i, string(file, nameTable + file.getInt(at)), type, content, file.getInt(at + 44)));
        }
    }

    private void readSymbols() {
        for (Section table : sections) {
            if (table.type() != SYMBOL_TABLE) {
                continue;
            }
            int header = (int) file.getLong(40) + table.index() * 64;
            ByteBuffer names = sections.get(file.getInt(header + 40)).content();
            ByteBuffer rows = table.content();
            for (int at = 0; at + 24 <= rows.limit(); at += 24) {
                symbols.add(new Symbol(
                        string(names, rows.getInt(at)),
                        Short.toUnsignedInt(rows.getShort(at + 6)),
                        rows.getLong(at + 8),
                        rows.getLong(at + 16),
                        (rows.get(at + 4) & 15) == 2));
            }
        }
    }

    /// The zero-terminated string at `at`.
    static String string(ByteBuffer in, int at) {
        int end = at;
        while (in.get(end) != 0) {
            end++;
        }
        byte[] text = new byte[end - at];
        in.get(at, text);
        return new String(text, java.nio.charset.StandardCharsets.UTF_8);
    }
}
