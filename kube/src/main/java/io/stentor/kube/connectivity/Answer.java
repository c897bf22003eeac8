package io.stentor.kube.connectivity;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What a probe said of one task: an outcome, and what it saw. As text: `OUTCOME KEY=VALUE…`.
///
/// @param outcome `answered`, `refused`, `timeout`, …; the words of the probe
/// @param fields  such as `peer`, the asker's address as the server saw it
record Answer(String outcome, Map<String, String> fields) {

    static Answer parse(String text) {
        String[] words = text.strip().split(" +", -1);
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals > 0) {
                fields.put(words[i].substring(0, equals), words[i].substring(equals + 1));
            }
        }
        return new Answer(words[0], fields);
    }

    Optional<String> field(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    /// A number among the fields.
    int number(String name) {
        return field(name)
                .filter(text -> text.matches("-?[0-9]{1,9}"))
                .map(Integer::parseInt)
                .orElse(0);
    }

    /// For people.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(outcome);
        fields.forEach((key, value) -> text.append(' ').append(key).append('=').append(value));
        return text.toString();
    }
}
