package io.stentor.bpf.btf;

import io.stentor.bpf.MapOwner;
import io.stentor.bpf.MapType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A map as an object's BTF declares it, in libbpf's manner: a struct whose members' types carry the numbers.
public record MapDeclaration(String name, String doc, Optional<MapOwner> owner, Types types, Numbers numbers) {
    /// @param key   BTF number of the key's type; 0 where only a size is declared, or nothing
    /// @param inner of a map of maps
    public record Types(int key, int value, Optional<MapDeclaration> inner) {}

    /// @param keySize in bytes, 0 if there is no key; the kernel's default where a kind of map has one
    public record Numbers(MapType type, int keySize, int valueSize, int maxEntries, int flags) {}

    /// All maps of an object, in the order of their declaration.
    ///
    /// @throws IllegalArgumentException if a declaration is not understood
    public static List<MapDeclaration> of(Btf btf) {
        List<MapDeclaration> maps = new ArrayList<>();
        for (int id : btf.variables(".maps")) {
            BtfType.Variable variable = (BtfType.Variable) btf.type(id);
            maps.add(read(btf, variable.name(), id, variable.type()));
        }
        return maps;
    }

    private static MapDeclaration read(Btf btf, String name, int variable, int type) {
        if (!(btf.type(btf.resolve(type)) instanceof BtfType.Struct struct)) {
            throw new IllegalArgumentException("map " + name + " is not declared by a struct");
        }
        int key = 0;
        int value = 0;
        int[] numbers = new int[5];
        Optional<MapDeclaration> inner = Optional.empty();
        boolean programs = false;
        for (BtfType.Member member : struct.members()) {
            switch (member.name()) {
                case "type" -> numbers[0] = number(btf, member);
                case "key_size" -> numbers[1] = number(btf, member);
                case "value_size" -> numbers[2] = number(btf, member);
                case "max_entries" -> numbers[3] = number(btf, member);
                case "map_flags" -> numbers[4] = number(btf, member);
                case "key" -> key = pointee(btf, member);
                case "value" -> value = pointee(btf, member);
                case "values" -> {
                    int element = ((BtfType.Array) btf.type(btf.resolve(member.type()))).element();
                    int target = btf.resolve(btf.pointee(element).orElseThrow());
                    programs = btf.type(target) instanceof BtfType.Prototype;
                    inner = programs ? inner : Optional.of(read(btf, name + ".inner", -1, target));
                }
                case "pinning" -> number(btf, member);
                default ->
                    throw new IllegalArgumentException(
                            "map " + name + " declares " + member.name() + ", which the reader of maps does not know");
            }
        }
        numbers[1] = key != 0 ? btf.sizeOf(key) : numbers[1];
        numbers[2] = value != 0 ? btf.sizeOf(value) : programs || inner.isPresent() ? 4 : numbers[2];
        return new MapDeclaration(
                name,
                btf.tag(variable, -1, "stentor:doc:").orElse(""),
                btf.tag(variable, -1, "stentor:owner:").map(o -> MapOwner.valueOf(o.toUpperCase(Locale.ROOT))),
                new Types(key, value, inner),
                new Numbers(MapType.of(numbers[0]), numbers[1], numbers[2], numbers[3], numbers[4]));
    }

    /// `__uint(name, n)` is a pointer to an array of n.
    private static int number(Btf btf, BtfType.Member member) {
        return btf.pointee(member.type())
                .filter(t -> btf.type(t) instanceof BtfType.Array)
                .map(t -> ((BtfType.Array) btf.type(t)).count())
                .orElseThrow(() -> new IllegalArgumentException(member.name() + " is not declared by __uint"));
    }

    private static int pointee(Btf btf, BtfType.Member member) {
        return btf.pointee(member.type())
                .orElseThrow(() -> new IllegalArgumentException(member.name() + " is not declared by __type"));
    }
}
