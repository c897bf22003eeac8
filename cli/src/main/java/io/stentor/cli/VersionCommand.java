package io.stentor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stentor.bpf.generated.Layouts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "version",
        description = "Version of this command, and of the agent if one answers.",
        footer = {"", "Example:", "  stentor version -o json"})
final class VersionCommand extends AgentCommand {
    @Mixin
    private TableFormat format = new TableFormat();

    @Override
    public Integer call() throws Failure {
        ObjectNode own = own();
        JsonNode agent = agentVersion();
        TextTable table = new TextTable("PROGRAM", "VERSION", "COMMIT", "LAYOUT", "JDK", "KERNEL");
        add(table, "stentor", own);
        if (!agent.isNull()) {
            add(table, "agent", agent);
        }
        return format.print(out(), own.deepCopy().set("agent", agent), table::print);
    }

    /// Of this command.
    static ObjectNode own() {
        Build build = Build.current();
        return JsonNodeFactory.instance
                .objectNode()
                .put("version", build.version())
                .put("commit", build.commit())
                .put("jdk", Runtime.version().toString())
                .put("kernel", System.getProperty("os.version"))
                .put("layout", Layouts.fingerprint());
    }

    /// A null node when none answers: that is no failure here.
    private JsonNode agentVersion() throws Failure {
        try {
            return agent().ask(Json.request("version"));
        } catch (Failure failure) {
            if (failure.exitCode() == ExitCode.NOT_REACHABLE) {
                return JsonNodeFactory.instance.nullNode();
            }
            throw failure;
        }
    }

    private static void add(TextTable table, String program, JsonNode version) {
        table.add(
                program,
                version.path("version").asText(),
                version.path("commit").asText(),
                version.path("layout").asText(),
                version.path("jdk").asText(),
                version.path("kernel").asText());
    }
}
