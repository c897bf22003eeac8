package io.stentor.kube;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A configuration key: a line of `keys.txt`, which says what the columns mean.
///
/// @param scope    letters of the programs that read it, or what happens to a key that none reads
/// @param fallback value when nobody gives one
record Key(String name, String scope, ValueType type, String fallback, String text) {

    static final Map<String, Key> ALL = read();

    boolean isReadBy(Program program) {
        return scope.indexOf(program.letter) >= 0;
    }

    /// No program acts on it.
    boolean isUnsupported() {
        return scope.equals("-") || scope.equals("!");
    }

    /// To ignore it would leave the user less safe than asked.
    boolean isForSecurity() {
        return scope.equals("!");
    }

    String flag() {
        return "--" + name;
    }

    String variable() {
        return Configuration.VARIABLE_PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static Map<String, Key> read() {
        Map<String, Key> keys = new LinkedHashMap<>();
        for (List<String> row : rows("keys.txt")) {
            keys.put(row.get(0), new Key(row.get(0), row.get(1), ValueType.of(row.get(2)), row.get(3), row.get(4)));
        }
        return Collections.unmodifiableMap(keys);
    }

    /// The rows of a table among the resources: columns separated by `|`; empty lines and those with `#` are left out.
    static List<List<String>> rows(String resource) {
        try (InputStream in = Key.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is missing from the jar");
            }
            List<List<String>> rows = new ArrayList<>();
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    rows.add(List.of(line.split("\\s*\\|\\s*", -1)));
                }
            }
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
