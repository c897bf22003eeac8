package io.stentor.datapath;

import io.stentor.bpf.btf.Btf;
import io.stentor.bpf.btf.BtfType;
import io.stentor.bpf.btf.Elf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// Makes a map of an object one of another kind and size, so that what cannot fail in the declared one does.
///
/// The declaration's members get the types of other members that carry the wanted numbers, so no byte moves.
final class ReplacedMap {
    private ReplacedMap() {}

    /// @param wanted number of the kind and of entries, as `1 1` for a hash of one entry
    /// @throws IllegalArgumentException if the object has no such number to take
    static byte[] patch(byte[] elf, String map, String wanted) {
        Elf parsed = Elf.parse(elf);
        Btf btf = Btf.of(parsed);
        String[] numbers = wanted.split(" ", -1);
        for (int id : btf.variables(".maps")) {
            BtfType.Variable variable = (BtfType.Variable) btf.type(id);
            if (variable.name().equals(map)) {
                BtfType.Struct struct = (BtfType.Struct) btf.type(variable.type());
                byte[] patched = replace(elf, btf, struct, "type", Integer.parseInt(numbers[0]));
                return replace(patched, btf, struct, "max_entries", Integer.parseInt(numbers[1]));
            }
        }
        return elf;
    }

    private static byte[] replace(byte[] elf, Btf btf, BtfType.Struct struct, String member, int wanted) {
        int type = carrier(btf, wanted);
        List<BtfType.Member> members = struct.members();
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).name().equals(member)) {
                byte[] patched = elf.clone();
                ByteBuffer bytes = ByteBuffer.wrap(patched).order(ByteOrder.nativeOrder());
                bytes.putInt(membersAt(bytes, btf, members) + 12 * i + 4, type);
                return patched;
            }
        }
        throw new IllegalArgumentException("the map does not declare " + member);
    }

    /// The pointer to an array of as many elements.
    private static int carrier(Btf btf, int number) {
        for (int id = 1; id < btf.size(); id++) {
            if (btf.type(id) instanceof BtfType.Pointer pointer
                    && btf.type(pointer.to()) instanceof BtfType.Array array
                    && array.count() == number) {
                return id;
            }
        }
        throw new IllegalArgumentException("no map of the object has the number " + number);
    }

    /// Where the file has these members, told by their types and offsets.
    private static int membersAt(ByteBuffer file, Btf btf, List<BtfType.Member> members) {
        for (int at = 0; at + 12 * members.size() <= file.limit(); at += 4) {
            boolean same = true;
            for (int i = 0; same && i < members.size(); i++) {
                same = file.getInt(at + 12 * i + 4) == members.get(i).type()
                        && file.getInt(at + 12 * i + 8) == members.get(i).bits();
            }
            if (same) {
                return at;
            }
        }
        throw new IllegalArgumentException("the declaration was not found among " + btf.size() + " types");
    }
}
