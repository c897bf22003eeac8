package io.stentor.kube.connectivity;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The drops that the server on a node has seen the agent there count. It prints `drop COUNT LABELS` for each reason
/// when it begins, then `drops are counted`, then again whenever one has become more.
final class Drops {

    private static final Pattern LINE = Pattern.compile("drop ([0-9]{1,18}) (.*)");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"([^\"]*)\"");
    private static final String BEGUN = "drops are counted";

    private Drops() {}

    /// What became more, as sentences.
    static List<String> since(String node, String log) {
        Map<String, Long> before = new LinkedHashMap<>();
        Map<String, Long> last = new LinkedHashMap<>();
        Map<String, Long> counts = before;
        for (String line : log.lines().toList()) {
            Matcher drop = LINE.matcher(line);
            if (line.equals(BEGUN)) {
                counts = last;
            } else if (drop.matches()) {
                counts.put(drop.group(2), Long.parseLong(drop.group(1)));
            }
        }
        List<String> sentences = new ArrayList<>();
        last.forEach((labels, count) -> {
            Map<String, String> named = new LinkedHashMap<>();
            LABEL.matcher(labels).results().forEach(label -> named.put(label.group(1), label.group(2)));
            sentences.add(node + ": " + (count - before.getOrDefault(labels, 0L)) + " "
                    + named.getOrDefault("direction", "").toLowerCase(Locale.ROOT) + " packets dropped: "
                    + named.getOrDefault("reason", labels));
        });
        return sentences;
    }
}
