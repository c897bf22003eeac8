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

    @Parameters(arity = "2..*", paramLabel = "NAMESPACE/POD -- COMMAND", description = "Where, and what.")
    List<String> operands = new ArrayList<>();

    @Override
    int run() throws Exception {
        List<String> command = Foreground.operands(operands);
        String[] target = operands.getFirst().split("/", -1);
        if (target.length != 2 || target[0].isEmpty() || target[1].isEmpty()) {
            throw new LabFailure(
                    LabFailure.WRONG_USE, "A pod is named NAMESPACE/POD, not '" + operands.getFirst() + "'.");
        }
        JsonNode entrance = ask("pod", Map.of("namespace", target[0], "pod", target[1], "container", container));
        List<String> all = new ArrayList<>();
        entrance.path("enter").forEach(word -> all.add(word.asText()));
        all.addAll(command);
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
