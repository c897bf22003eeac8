package io.stentor.datapath;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Packets through the real programs, and what is to come of them, as a text:
///
/// ```
/// # A pod that uses another pod's address is not heard.
/// config  tunnel=false                      differences from the world's configuration
/// replace ct_unanswered hash 1              a map of another kind and size
/// run     from_pod on web                   program and link
///   gso     1400                            segment size of a super-packet
///   in      eth(web, gateway)/ipv4(db, far)/udp(1, 2)
///   verdict drop                            ok, drop or redirect
///   out     same                            the packet as it leaves, unless it is dropped
///   drop    INVALID_SOURCE_IP egress        its event, and the counter
///   trace   TO_HOST egress ct_state=NEW     an event with any of its fields
///   forward egress                          the counter of what went on
///   holds   ct_answered=0 nat=0             entries after the run
/// expire  ct_unanswered                     its entries' time is over
/// age     ct_unanswered 5                   as if seconds had passed for its entries
/// receive vni 5 from peer                   a real tunnel packet; events and counters alone are expected
///   in      eth(peer, gateway)/…
/// ```
///
/// Counters and events are complete: what a run does not list must not have happened. Layers: [Layer].
///
/// @param config   by name of the field
/// @param replaced kind and size by the map's name
record PacketCase(
        String name, String description, Map<String, String> config, Map<String, String> replaced, List<Step> steps) {

    sealed interface Step {
        /// @param program empty for a packet that comes through the real tunnel
        /// @param given   on, in, gso, verdict, out; vni and from of a tunnel packet
        /// @param holds   numbers of entries by map
        record Run(String program, Map<String, String> given, List<Report> reports, Map<String, String> holds)
                implements Step {}

        record Expire(String map) implements Step {}

        record Age(String map, int seconds) implements Step {}
    }

    /// @param kind   drop, trace or forward
    /// @param subject drop reason or observation point; empty for forward
    record Report(String kind, String subject, String direction, Map<String, String> fields) {}

    /// @throws IllegalArgumentException names the line that is not understood
    static PacketCase parse(String name, String text) {
        StringBuilder description = new StringBuilder();
        Map<String, String> config = new LinkedHashMap<>();
        Map<String, String> replaced = new LinkedHashMap<>();
        List<Step> steps = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] words = line.strip().split("\\s+", 2);
            String rest = words.length > 1 ? words[1] : "";
            try {
                switch (words[0]) {
                    case "" -> {}
                    case "#" ->
                        description.append(description.isEmpty() ? "" : " ").append(rest);
                    case "config" -> config.putAll(pairs(rest));
                    case "replace" -> replaced.put(word(rest, 0), word(rest, 1) + " " + word(rest, 2));
                    case "expire" -> steps.add(new Step.Expire(rest));
                    case "age" -> steps.add(new Step.Age(word(rest, 0), Integer.parseInt(word(rest, 1))));
                    case "run" -> steps.add(run(word(rest, 0), Map.of("on", word(rest, 2))));
                    case "receive" -> steps.add(run("", Map.of("vni", word(rest, 1), "from", word(rest, 3))));
                    default -> detail((Step.Run) steps.getLast(), words[0], rest);
                }
            } catch (RuntimeException e) {
                throw new IllegalArgumentException(name + ": not understood: " + line.strip(), e);
            }
        }
        return new PacketCase(name, description.toString(), config, replaced, steps);
    }

    private static Step.Run run(String program, Map<String, String> given) {
        return new Step.Run(program, new LinkedHashMap<>(given), new ArrayList<>(), new LinkedHashMap<>());
    }

    private static void detail(Step.Run run, String key, String rest) {
        switch (key) {
            case "in", "gso", "verdict", "out" -> run.given().put(key, rest);
            case "drop", "trace" -> run.reports().add(new Report(key, word(rest, 0), word(rest, 1), pairs(rest)));
            case "forward" -> run.reports().add(new Report(key, "", word(rest, 0), Map.of()));
            case "holds" -> run.holds().putAll(pairs(rest));
            default -> throw new IllegalArgumentException(key);
        }
    }

    private static String word(String text, int index) {
        return text.split("\\s+", -1)[index];
    }

    /// Those words that have an equals sign.
    private static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String word : text.split("\\s+", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                pairs.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return pairs;
    }

    /// Reasons that the case expects.
    List<String> dropReasons() {
        return steps.stream()
                .filter(s -> s instanceof Step.Run)
                .flatMap(s -> ((Step.Run) s).reports().stream())
                .filter(r -> r.kind().equals("drop"))
                .map(Report::subject)
                .toList();
    }

    @Override
    public String toString() {
        return name + ": " + description;
    }
}
