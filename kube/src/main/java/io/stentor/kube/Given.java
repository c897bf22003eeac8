package io.stentor.kube;

import io.stentor.model.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What the user gave, of keys that are in the table.
///
/// @param values  by key, the most specific source's
/// @param errors  what cannot be read
/// @param remarks keys that nobody knows
record Given(Map<String, String> values, List<Problem> errors, List<Problem> remarks) {

    /// Variables that are for whoever starts the JVM.
    private static final String FOR_THE_JVM = Configuration.VARIABLE_PREFIX + "JAVA_";

    /// Where a lab's programs are: what a lab starts inherits it.
    private static final String FOR_LABS = Configuration.VARIABLE_PREFIX + "HOME";

    static Given read(List<String> args, Map<String, String> environment) {
        Given flags = new Given(new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>());
        flags.readFlags(args);
        Given variables = new Given(new LinkedHashMap<>(), flags.errors, flags.remarks);
        variables.readVariables(environment);
        String directory = flags.values.getOrDefault("config-dir", variables.values.getOrDefault("config-dir", ""));
        Given all = new Given(new TreeMap<>(), flags.errors, flags.remarks);
        if (!directory.isEmpty()) {
            all.readDirectory(Path.of(directory));
        }
        all.values.putAll(variables.values);
        all.values.putAll(flags.values);
        return all;
    }

    private void readFlags(List<String> args) {
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            if (!arg.startsWith("--") || arg.length() == 2) {
                errors.add(problem("", "'" + arg + "' is no flag; see --help"));
                continue;
            }
            int equals = arg.indexOf('=');
            String name = arg.substring(2, equals < 0 ? arg.length() : equals);
            Key key = Key.ALL.get(name);
            boolean isBool = key != null && key.type() instanceof ValueType.Bool;
            boolean valueFollows = i + 1 < args.size()
                    && (isBool ? isBool(args.get(i + 1)) : !args.get(i + 1).startsWith("--"));
            String value;
            if (equals >= 0) {
                value = arg.substring(equals + 1);
            } else if (valueFollows) {
                value = args.get(++i);
            } else if (isBool) {
                value = "true";
            } else if (key != null) {
                errors.add(problem(
                        name,
                        "the flag needs a value: --" + name + "=" + key.type().placeholder()));
                continue;
            } else {
                value = "";
            }
            put(name, value, "flag --" + name);
        }
    }

    private static boolean isBool(String text) {
        return text.equals("true") || text.equals("false");
    }

    private void readVariables(Map<String, String> environment) {
        new TreeMap<>(environment).forEach((variable, value) -> {
            if (variable.startsWith(Configuration.VARIABLE_PREFIX)
                    && !variable.startsWith(FOR_THE_JVM)
                    && !variable.equals(FOR_LABS)) {
                String name = variable.substring(Configuration.VARIABLE_PREFIX.length());
                put(name.toLowerCase(Locale.ROOT).replace('_', '-'), value, "variable " + variable);
            }
        });
    }

    /// Names with a dot are the workings of a mounted ConfigMap, which keeps its files behind links.
    private void readDirectory(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (!name.startsWith(".") && Files.isRegularFile(file)) {
                    put(name, Files.readString(file, StandardCharsets.UTF_8).strip(), "file " + file);
                }
            }
        } catch (IOException e) {
            errors.add(problem("config-dir", "cannot be read: " + e));
        }
    }

    private void put(String name, String value, String source) {
        if (Key.ALL.containsKey(name)) {
            values.put(name, value);
        } else {
            String nearest = Nearest.to(name, Key.ALL.keySet())
                    .map(n -> "; did you mean " + n + "?")
                    .orElse("");
            remarks.add(problem(name, "nobody knows this key (" + source + ")" + nearest));
        }
    }

    private static Problem problem(String key, String reason) {
        return new Problem("configuration", key, reason);
    }
}
