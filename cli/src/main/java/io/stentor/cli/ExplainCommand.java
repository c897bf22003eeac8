package io.stentor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "explain",
        description = {
            "What would become of the first packet of a connection on this node, stage by stage.",
            "Nothing is sent, and nothing is changed by it."
        },
        footer = {
            "",
            "WHO is a pod of this node as NAMESPACE/POD, a node's name, host, or an address.",
            "",
            "Example:",
            "  stentor explain --from default/client --to 10.96.0.7:80"
        })
final class ExplainCommand extends AgentCommand {
    @Option(names = "--from", paramLabel = "WHO", required = true, description = "who sends")
    private String from = "";

    @Option(
            names = "--to",
            paramLabel = "ADDRESS:PORT",
            required = true,
            description = "what he calls; IPv6 in brackets")
    private String to = "";

    @Option(names = "--proto", paramLabel = "PROTOCOL", defaultValue = "tcp", description = "tcp, udp (default: tcp)")
    private String protocol = "tcp";

    @Option(
            names = "--source-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "that he calls from (default: one of no matter)")
    private int sourcePort;

    @Option(names = "--by-packet", description = "as if his socket were not translated")
    private boolean byPacket;

    @Mixin
    private TableFormat format = new TableFormat();

    @Override
    public Integer call() throws Failure {
        ObjectNode request =
                Json.request("explain").put("from", from).put("to", to).put("protocol", protocol);
        if (sourcePort != 0) {
            request.put("sourcePort", sourcePort);
        }
        JsonNode answer = agent().ask(request.put("byPacket", byPacket));
        return format.print(out(), answer, table(answer)::print);
    }

    private static TextTable table(JsonNode answer) {
        TextTable table = new TextTable("STAGE", "DECISION");
        answer.path("stages")
                .forEach(stage -> table.add(
                        stage.path("stage").asText(), stage.path("decision").asText()));
        return table;
    }
}
