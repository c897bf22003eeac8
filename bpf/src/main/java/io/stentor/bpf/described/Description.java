package io.stentor.bpf.described;

import io.stentor.bpf.MapOwner;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// What the bytes of a build's maps mean, as text: names, offsets, kinds and numbers, no sentences. It is pinned beside
/// the maps, so that any other build can read what is in them, and its hash names their directory.
///
/// ```
/// map NAME TYPE KEY VALUE ENTRIES FLAGS OWNER    key and value are a Kind or -
/// struct NAME SIZE FIELD@OFFSET:KIND …           padding is left out
/// enum NAME VALUE=NUMBER …
/// ```
///
/// Fields are told by their names. One whose meaning changes gets another name; bits of a field of flags keep theirs.
public final class Description {
    private final String text;
    private final Map<String, MapLine> maps = new TreeMap<>();
    private final Map<String, Struct> structs = new HashMap<>();
    private final Map<String, Map<String, Long>> values = new HashMap<>();

    /// @param key   empty where there is none
    /// @param value of per-CPU maps one processor's
    public record MapLine(String type, Optional<Kind> key, Optional<Kind> value, MapOwner owner) {}

    /// @param size in bytes
    record Struct(int size, Map<String, Field> fields) {}

    /// @param offset in bytes
    record Field(int offset, Kind kind) {}

    private Description(String text) {
        this.text = text;
        text.lines().forEach(line -> read(line.split(" ", -1)));
        structs.keySet().forEach(name -> checkEnds(name, Set.of()));
        structs.values()
                .forEach(struct -> struct.fields()
                        .forEach((name, field) -> check(name, field.offset() + size(field.kind()) <= struct.size())));
        maps.forEach((name, map) -> {
            map.key().ifPresent(this::size);
            map.value().ifPresent(this::size);
        });
    }

    /// @throws IllegalArgumentException if the text is not whole or not understood
    public static Description parse(String text) {
        try {
            return new Description(text);
        } catch (ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("a description that is not whole", e);
        }
    }

    private void read(String[] words) {
        switch (words[0]) {
            case "map" ->
                maps.put(words[1], new MapLine(words[2], side(words[3]), side(words[4]), MapOwner.valueOf(words[7])));
            case "struct" -> structs.put(words[1], struct(words));
            case "enum" -> values.put(words[1], values(words));
            default -> throw new IllegalArgumentException("a line that no description has: " + words[0]);
        }
    }

    private static Optional<Kind> side(String word) {
        return word.equals("-") ? Optional.empty() : Optional.of(Kind.parse(word));
    }

    private static Struct struct(String[] words) {
        Map<String, Field> fields = new HashMap<>();
        for (int i = 3; i < words.length; i++) {
            String[] parts = words[i].split("[@:]", 3);
            fields.put(parts[0], new Field(Integer.parseInt(parts[1]), Kind.parse(parts[2])));
        }
        return new Struct(Integer.parseInt(words[2]), fields);
    }

    private static Map<String, Long> values(String[] words) {
        Map<String, Long> numbers = new HashMap<>();
        for (int i = 2; i < words.length; i++) {
            String[] parts = words[i].split("=", 2);
            numbers.put(parts[0], Long.parseLong(parts[1]));
        }
        return numbers;
    }

    /// A struct that holds itself would have no end.
    private void checkEnds(String name, Set<String> outer) {
        if (outer.contains(name)) {
            throw new IllegalArgumentException("struct " + name + " holds itself");
        }
        Set<String> in = new HashSet<>(outer);
        in.add(name);
        for (Field field : struct(name).fields().values()) {
            Kind kind = field.kind() instanceof Kind.Array array ? array.element() : field.kind();
            if (kind instanceof Kind.Nested nested) {
                checkEnds(nested.struct(), in);
            }
        }
    }

    private static void check(String field, boolean right) {
        if (!right) {
            throw new IllegalArgumentException("field " + field + " does not lie in its struct");
        }
    }

    /// The same with other numbers of entries.
    ///
    /// @param entries by the name of the map; those of others stay
    public Description withEntries(Map<String, Integer> entries) {
        List<String> lines = new ArrayList<>();
        text.lines().forEach(line -> {
            String[] words = line.split(" ", -1);
            if (words[0].equals("map") && entries.containsKey(words[1])) {
                words[5] = Integer.toString(entries.get(words[1]));
            }
            lines.add(String.join(" ", words) + "\n");
        });
        return parse(String.join("", lines));
    }

    public String text() {
        return text;
    }

    /// Twelve hexadecimal digits of a hash of the text.
    public String fingerprint() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /// Names of all maps, in their order.
    public Set<String> maps() {
        return maps.keySet();
    }

    public Optional<MapLine> map(String name) {
        return Optional.ofNullable(maps.get(name));
    }

    /// @throws IllegalArgumentException if there is none of that name
    Struct struct(String name) {
        Struct struct = structs.get(name);
        if (struct == null) {
            throw new IllegalArgumentException("struct " + name + " is not described");
        }
        return struct;
    }

    /// Numbers by name.
    Map<String, Long> values(String name) {
        return values.getOrDefault(name, Map.of());
    }

    /// In bytes.
    int size(Kind kind) {
        return switch (kind) {
            case Kind.Whole whole -> whole.bits() / 8;
            case Kind.Bool _ -> 1;
            case Kind.Code code -> code.bits() / 8;
            case Kind.Nested nested -> struct(nested.struct()).size();
            case Kind.Raw raw -> raw.size();
            case Kind.Array array -> array.count() * size(array.element());
        };
    }
}
