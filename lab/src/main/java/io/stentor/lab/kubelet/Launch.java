package io.stentor.lab.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a container of a pod comes to: a command line, an environment, a folder. Pure.
///
/// @param command     never empty
/// @param environment all of it
/// @param folder      working directory
/// @param mounts      volumes that it sees
record Launch(List<String> command, Map<String, String> environment, String folder, List<Volumes.Mount> mounts) {

    private static final Pattern REFERENCE = Pattern.compile("\\$(?:\\$|\\(([A-Za-z_][A-Za-z0-9_.-]*)\\))");
    private static final Pattern MAP_FIELD = Pattern.compile("metadata\\.(labels|annotations)\\['(.+)']");

    /// A container that cannot be started as it is written; the message is a whole sentence.
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    /// @param facts what `fieldRef` may ask for, by its path
    static Launch of(JsonNode pod, JsonNode container, Map<String, String> facts) throws Refused {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        environment.put("HOSTNAME", hostname(pod));
        environment.put("HOME", "/root");
        for (JsonNode entry : container.path("env")) {
            String value = entry.has("valueFrom")
                    ? fromField(pod, entry, facts)
                    : expand(entry.path("value").asText(""), environment);
            environment.put(entry.path("name").asText(), value);
        }
        List<String> command = new ArrayList<>();
        container.path("command").forEach(word -> command.add(expand(word.asText(), environment)));
        if (command.isEmpty()) {
            throw new Refused("The lab runs no images: container '"
                    + container.path("name").asText()
                    + "' needs a 'command', which is run from the machine's file system.");
        }
        container.path("args").forEach(word -> command.add(expand(word.asText(), environment)));
        return new Launch(
                command, environment, container.path("workingDir").asText("/"), Volumes.mounts(pod, container));
    }

    static String hostname(JsonNode pod) {
        String chosen = pod.path("spec").path("hostname").asText("");
        String name = chosen.isEmpty() ? pod.path("metadata").path("name").asText() : chosen;
        return name.length() > 63 ? name.substring(0, 63).replaceAll("[-.]+$", "") : name;
    }

    private static String fromField(JsonNode pod, JsonNode entry, Map<String, String> facts) throws Refused {
        String path = entry.path("valueFrom").path("fieldRef").path("fieldPath").asText("");
        Matcher map = MAP_FIELD.matcher(path);
        if (map.matches()) {
            return pod.path("metadata").path(map.group(1)).path(map.group(2)).asText("");
        }
        return Optional.ofNullable(facts.get(path))
                .orElseThrow(() -> new Refused("Variable '" + entry.path("name").asText() + "' takes its value from "
                        + (path.isEmpty() ? "something that is no fieldRef" : "'" + path + "'")
                        + ", which the lab does not support."));
    }

    /// Replaces `$(NAME)` by that variable if it is known, and `$$` by `$`, as Kubernetes does.
    static String expand(String text, Map<String, String> known) {
        return REFERENCE.matcher(text).replaceAll(match -> {
            String name = match.group(1);
            return Matcher.quoteReplacement(name == null ? "$" : known.getOrDefault(name, match.group()));
        });
    }
}
