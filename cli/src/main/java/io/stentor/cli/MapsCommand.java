package io.stentor.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "maps",
        description =
                "What the datapath's maps hold in the kernel now, decoded; those included that the programs write.",
        footer = {"", "Example:", "  stentor maps ct_answered"})
final class MapsCommand extends ListCommand {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "which map (default: says which there are)")
    private String name = "";

    @Override
    public Integer call() throws Failure {
        return show(Json.request("maps").put("name", name), TextTable::of, "the map is empty");
    }
}
