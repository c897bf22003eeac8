package io.stentor.lab;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "exec", description = "Run a command in a running container of a pod.")
final class ExecCommand extends LabCommand {

    @Option(
            names = {"-c", "--container"},
            paramLabel = "CONTAINER",
            defaultValue = "",
            description = "Which one (default: the first).")
    String container = "";

    @Parameters(index = "0", paramLabel = "NAMESPACE/POD", description = "The pod.")
    String target = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "-- COMMAND", description = "What to run there.")
    List<String> words = new ArrayList<>();

    @Override
    int run() throws Exception {
        String[] names = target.split("/", -1);
        if (names.length != 2 || names[0].isEmpty() || names[1].isEmpty()) {
            throw new LabFailure(LabFailure.WRONG_USE, "A pod is named NAMESPACE/POD, not '" + target + "'.");
        }
        JsonNode entrance = ask("pod", Map.of("namespace", names[0], "pod", names[1], "container", container));
        List<String> all = new ArrayList<>();
        entrance.path("enter").forEach(word -> all.add(word.asText()));
        all.addAll(words);
        Map<String, String> environment = new LinkedHashMap<>();
        entrance.path("environment")
                .properties()
                .forEach(e -> environment.put(e.getKey(), e.getValue().asText()));
        String terminal = System.getenv("TERM");
        if (terminal != null) {
            environment.putIfAbsent("TERM", terminal);
        }
        return Foreground.run(all, environment);
    }
}
