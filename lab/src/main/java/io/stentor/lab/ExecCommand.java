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
        JsonNode entrance = ask("pod", PodName.parse(target).parameters(container));
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
