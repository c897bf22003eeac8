package io.stentor.datapath.carry;

import io.stentor.bpf.described.Conversion;
import io.stentor.bpf.described.Description;
import io.stentor.bpf.described.Kind;
import io.stentor.kernel.bpf.BpfMap;
import io.stentor.kernel.bpf.MapSpec;
import java.util.Optional;

/// An entry of one build's map as another build's map of that name has it.
///
/// @param values in one entry: in per-CPU maps one a processor, each rounded up to eight bytes, else 1
record EntryForm(Conversion key, Conversion value, int values) {

    /// @param cpus of per-CPU maps
    /// @throws IllegalArgumentException with a sentence if entries cannot be read as the other map's
    static EntryForm of(String map, Description was, Description is, int cpus) {
        Description.MapLine before = line(map, was);
        Description.MapLine after = line(map, is);
        boolean perCpu = perCpu(before.type());
        if (perCpu != perCpu(after.type())) {
            throw new IllegalArgumentException("it was a " + before.type() + " and is a " + after.type());
        }
        return new EntryForm(
                Conversion.between(was, side(before.key()), is, side(after.key())),
                Conversion.between(was, side(before.value()), is, side(after.value())),
                perCpu ? cpus : 1);
    }

    private static Description.MapLine line(String map, Description in) {
        return in.map(map).orElseThrow(() -> new IllegalArgumentException("it is not described"));
    }

    private static Kind side(Optional<Kind> side) {
        return side.orElseThrow(() -> new IllegalArgumentException("it has no keys and values"));
    }

    private static boolean perCpu(String type) {
        return type.contains("PERCPU");
    }

    /// Whether these are the maps that it was made for.
    boolean fits(MapSpec from, MapSpec to) {
        return from.keySize() == key.from()
                && from.valueSize() == value.from()
                && to.keySize() == key.to()
                && to.valueSize() == value.to();
    }

    /// @return empty if something has no room in its new field
    Optional<BpfMap.Entry> apply(BpfMap.Entry entry) {
        Optional<byte[]> newKey = key.apply(entry.key());
        if (newKey.isEmpty()) {
            return Optional.empty();
        }
        return (values == 1 ? value.apply(entry.value()) : each(entry.value()))
                .map(newValue -> new BpfMap.Entry(newKey.get(), newValue));
    }

    private Optional<byte[]> each(byte[] old) {
        byte[] all = new byte[values * rounded(value.to())];
        for (int i = 0; i < values; i++) {
            byte[] one = new byte[value.from()];
            System.arraycopy(old, i * rounded(one.length), one, 0, one.length);
            Optional<byte[]> converted = value.apply(one);
            if (converted.isEmpty()) {
                return Optional.empty();
            }
            System.arraycopy(converted.get(), 0, all, i * rounded(value.to()), value.to());
        }
        return Optional.of(all);
    }

    private static int rounded(int size) {
        return (size + 7) & ~7;
    }
}
