package io.stentor.lab;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import picocli.CommandLine.Command;

@Command(
        name = "demo",
        description = "Deploy a small demo: three servers, and a client on another node that asks them.")
final class DemoCommand extends LabCommand {

    @Override
    int run() {
        JsonNode answer = ask("demo", Map.of());
        out().println("Deployed in the namespace 'demo': Deployment 'hello' and pod 'client'. The client says:");
        answer.path("answers").forEach(line -> out().println("  " + line.asText()));
        out().flush();
        return 0;
    }
}
