package io.stentor.bpf.btf;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Walks the bytes of a `.BTF` section: a header, then types of varying length, then strings.
final class BtfParser {
    private static final int MAGIC = 0xeb9f;

    private final ByteBuffer in;
    private final int strings;
    private final int end;

    BtfParser(ByteBuffer section) {
        in = section.duplicate().order(section.order());
        if (in.limit() < 24 || Short.toUnsignedInt(in.getShort(0)) != MAGIC) {
            throw new IllegalArgumentException("not BTF of this machine's byte order");
        }
        int header = in.getInt(4);
        in.position(header + in.getInt(8));
        end = in.position() + in.getInt(12);
        strings = header + in.getInt(16);
    }

    List<BtfType> types() {
        List<BtfType> types = new ArrayList<>();
        types.add(new BtfType.Nothing());
        while (in.position() < end) {
            types.add(next());
        }
        return types;
    }

    private BtfType next() {
        String name = string();
        int info = in.getInt();
        int size = in.getInt();
        int count = info & 0xffff;
        boolean flag = info < 0;
        int kind = info >>> 24 & 0x1f;
        return switch (kind) {
            case 1 -> integer(name, size);
            case 2 -> new BtfType.Pointer(size);
            case 3 -> array();
            case 4, 5 -> struct(name, size, kind == 5, members(count, flag));
            case 6 -> new BtfType.Enumeration(name, size, values(count, flag));
            case 7 -> new BtfType.Forward(name);
            case 8 -> new BtfType.Typedef(name, size);
            case 9, 10, 11, 18 -> new BtfType.Qualifier(size);
            case 12 -> new BtfType.Function(name, size, count == 1);
            case 13 -> new BtfType.Prototype(size, parameters(count));
            case 14 -> variable(name, size);
            case 15 -> new BtfType.Section(name, variables(count));
            case 16 -> new BtfType.Floating(name, size);
            case 17 -> new BtfType.Tag(name, size, in.getInt());
            case 19 -> new BtfType.Enumeration(name, size, wideValues(count));
            default -> throw new IllegalArgumentException("unknown kind of BTF: " + kind);
        };
    }

    private String string() {
        return Elf.string(in, strings + in.getInt());
    }

    private BtfType integer(String name, int size) {
        int encoding = in.getInt() >>> 24 & 0xf;
        return new BtfType.Int(name, size, (encoding & 1) != 0, (encoding & 4) != 0);
    }

    private BtfType array() {
        int element = in.getInt();
        in.getInt();
        return new BtfType.Array(element, in.getInt());
    }

    private static BtfType struct(String name, int size, boolean union, List<BtfType.Member> members) {
        return new BtfType.Struct(name, size, union, members);
    }

    private List<BtfType.Member> members(int count, boolean bitFields) {
        List<BtfType.Member> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = string();
            int type = in.getInt();
            int offset = in.getInt();
            members.add(
                    bitFields
                            ? new BtfType.Member(name, type, offset & 0xffffff, offset >>> 24)
                            : new BtfType.Member(name, type, offset, 0));
        }
        return members;
    }

    private List<BtfType.Value> values(int count, boolean signed) {
        List<BtfType.Value> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = string();
            int number = in.getInt();
            values.add(new BtfType.Value(name, signed ? number : Integer.toUnsignedLong(number)));
        }
        return values;
    }

    private List<BtfType.Value> wideValues(int count) {
        List<BtfType.Value> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = string();
            long low = Integer.toUnsignedLong(in.getInt());
            values.add(new BtfType.Value(name, (long) in.getInt() << 32 | low));
        }
        return values;
    }

    private List<Integer> parameters(int count) {
        List<Integer> types = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            in.getInt();
            types.add(in.getInt());
        }
        return types;
    }

    private BtfType variable(String name, int type) {
        in.getInt();
        return new BtfType.Variable(name, type);
    }

    private List<Integer> variables(int count) {
        List<Integer> variables = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            variables.add(in.getInt());
            in.getLong();
        }
        return variables;
    }
}
