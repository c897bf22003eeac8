package io.stentor.kube;

import io.stentor.model.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Helm values, as people have them for the chart, turned into configuration keys by the table `helm.txt`.
public final class HelmValues {

    private static final Map<String, String> KEYS = read();

    private HelmValues() {}

    /// @param keys     configuration keys with their values; a key that was given as such stays
    /// @param problems names that are neither a Helm value nor a key
    public record Keys(Map<String, String> keys, List<Problem> problems) {}

    /// @param values by their dotted name (`ipam.operator.clusterPoolIPv4MaskSize`); a list is `{a,b}` or `[a, b]`
    public static Keys toKeys(Map<String, String> values) {
        Map<String, String> keys = new LinkedHashMap<>();
        List<Problem> problems = new ArrayList<>();
        values.forEach((name, value) -> {
            String target = KEYS.get(name);
            if (name.equals("encryption.enabled")) {
                String type = values.getOrDefault("encryption.type", "ipsec");
                keys.put("enable-" + type, value);
            } else if (target != null) {
                put(keys, target, plain(value));
            } else if (Key.ALL.containsKey(name)) {
                keys.put(name, plain(value));
            } else if (!name.equals("encryption.type")) {
                String nearest = Nearest.to(name, KEYS.keySet())
                        .map(n -> "; did you mean " + n + "?")
                        .orElse("");
                problems.add(
                        new Problem("values", name, "is neither a Helm value that has an effect nor a key" + nearest));
            }
        });
        return new Keys(keys, problems);
    }

    private static void put(Map<String, String> keys, String target, String value) {
        int question = target.indexOf('?');
        if (question > 0) {
            String key = target.substring(0, question);
            if (value.equals("true")) {
                keys.putIfAbsent(key, target.substring(question + 1));
            } else {
                keys.put(key, "");
            }
        } else if (target.startsWith("!")) {
            keys.put(target.substring(1), value.equals("true") ? "false" : "true");
        } else if (target.startsWith("~")) {
            // What was turned off stays off, whatever its port.
            keys.merge(target.substring(1), ":" + value, (was, port) -> was.isEmpty() ? was : port);
        } else {
            keys.put(target, value);
        }
    }

    private static String plain(String value) {
        boolean list = value.matches("\\{.*\\}|\\[.*\\]");
        return list
                ? String.join(
                        " ",
                        ValueType.Text.split(
                                value.substring(1, value.length() - 1).replace("\"", "")))
                : value;
    }

    private static Map<String, String> read() {
        Map<String, String> keys = new LinkedHashMap<>();
        Key.rows("helm.txt").forEach(row -> keys.put(row.get(0), row.get(1)));
        return keys;
    }
}
