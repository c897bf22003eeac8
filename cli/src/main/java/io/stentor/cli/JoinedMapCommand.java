package io.stentor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Option;

/// Maps that belong together, as one table, of which a part may be enough.
abstract class JoinedMapCommand extends ListCommand {
    @Option(
            names = "--address",
            paramLabel = "ADDRESS[:PORT]",
            defaultValue = "",
            description = "only what has it at one of its ends; IPv6 with a port in brackets")
    private String address = "";

    @Option(names = "--protocol", paramLabel = "PROTOCOL", defaultValue = "", description = "only tcp, udp, sctp, icmp")
    private String protocol = "";

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "1000",
            description = "at most so many rows, 0: all (default: ${DEFAULT-VALUE})")
    private int limit;

    final int show(String method, String service, Function<List<JsonNode>, TextTable> table) throws Failure {
        ObjectNode request = Json.request(method).put("service", service).put("address", address);
        return show(request.put("protocol", protocol).put("limit", limit), table, "nothing of that is there");
    }

    static String named(JsonNode row, String end) {
        String name = cell(row, end + "Name");
        return cell(row, end) + (name.isEmpty() ? "" : " (" + name + ")");
    }
}
