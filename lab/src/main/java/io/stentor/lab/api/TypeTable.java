package io.stentor.lab.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The fields of the built-in kinds, read from `types.txt` (which explains its notation).
final class TypeTable {

    static final TypeTable BUILTIN = read();

    private final Map<String, Map<String, Field>> types;

    private TypeTable(Map<String, Map<String, Field>> types) {
        this.types = types;
    }

    /// @param number the field's number in protobuf messages, with those of messages around it: `2.19`; "" for none
    record Field(String name, FieldType type, boolean required, String number) {}

    sealed interface FieldType {}

    enum Scalar implements FieldType {
        STRING,
        BYTES,
        INT32,
        INT64,
        NUMBER,
        BOOL,
        QUANTITY,
        INTSTR,
        TIME,
        MICROTIME,
        ANY
    }

    /// @param name of a type with fields
    record Ref(String name) implements FieldType {}

    record MapOf(FieldType value) implements FieldType {}

    /// @param keys fields that tell elements apart when lists are merged; empty: a list is replaced whole
    /// @param set  elements are values of which each is there once
    record ListOf(FieldType element, List<String> keys, boolean set) implements FieldType {}

    boolean has(String type) {
        return types.containsKey(type);
    }

    Map<String, Field> fields(String type) {
        return types.getOrDefault(type, Map.of());
    }

    List<String> names() {
        return List.copyOf(types.keySet());
    }

    private static TypeTable read() {
        try (InputStream in = TypeTable.class.getResourceAsStream("types.txt")) {
            if (in == null) {
                throw new IllegalStateException("types.txt is not in the jar");
            }
            Map<String, Map<String, Field>> types = new LinkedHashMap<>();
            Map<String, Field> current = new LinkedHashMap<>();
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String line : text.lines().filter(l -> !l.startsWith("#")).toList()) {
                List<String> words = new ArrayList<>(List.of(line.trim().split(" ", -1)));
                if (!line.startsWith(" ")) {
                    current = new LinkedHashMap<>();
                    types.put(words.removeFirst(), current);
                }
                for (String word : words) {
                    Field field = field(word);
                    current.put(field.name(), field);
                }
            }
            return new TypeTable(Collections.unmodifiableMap(types));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Field field(String word) {
        int colon = word.indexOf(':');
        String name = word.substring(0, colon);
        boolean required = name.endsWith("!");
        name = required ? name.substring(0, name.length() - 1) : name;
        int hash = name.indexOf('#');
        String number = hash < 0 ? "" : name.substring(hash + 1);
        return new Field(hash < 0 ? name : name.substring(0, hash), type(word.substring(colon + 1)), required, number);
    }

    private static FieldType type(String text) {
        if (text.startsWith("[]")) {
            int slash = text.indexOf('/');
            String element = slash < 0 ? text.substring(2) : text.substring(2, slash);
            String keys = slash < 0 ? "" : text.substring(slash + 1);
            boolean set = keys.equals(".");
            return new ListOf(type(element), set || keys.isEmpty() ? List.of() : List.of(keys.split(",", -1)), set);
        }
        if (text.startsWith("{}")) {
            return new MapOf(type(text.substring(2)));
        }
        return switch (text) {
            case "string" -> Scalar.STRING;
            case "bytes" -> Scalar.BYTES;
            case "int32" -> Scalar.INT32;
            case "int64" -> Scalar.INT64;
            case "number" -> Scalar.NUMBER;
            case "bool" -> Scalar.BOOL;
            case "quantity" -> Scalar.QUANTITY;
            case "intstr" -> Scalar.INTSTR;
            case "time" -> Scalar.TIME;
            case "microtime" -> Scalar.MICROTIME;
            case "any" -> Scalar.ANY;
            default -> new Ref(text);
        };
    }
}
