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
                List<BtfType.Member> members = ((BtfType.Struct) btf.type(variable.type())).members();
                byte[] patched = elf.clone();
                ByteBuffer bytes = ByteBuffer.wrap(patched).order(ByteOrder.nativeOrder());
                int at = membersAt(bytes, btf, members);
                replace(bytes, at, members, "type", carrier(btf, Integer.parseInt(numbers[0])));
                replace(bytes, at, members, "max_entries", carrier(btf, Integer.parseInt(numbers[1])));
                return patched;
            }
        }
        return elf;
    }

    private static void replace(ByteBuffer file, int at, List<BtfType.Member> members, String member, int type) {
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).name().equals(member)) {
                file.putInt(at + 12 * i + 4, type);
                return;
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
        for (int at = 0; at + 12 * members.size() <= file.limit(); at++) {
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
