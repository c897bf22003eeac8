package io.stentor.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "tables",
        description = "What the agent wants the datapath to be, before it is compiled into maps.",
        footer = {"", "Example:", "  stentor tables endpoints"})
final class TablesCommand extends ListCommand {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "which table (default: says which there are)")
    private String name = "";

    @Override
    public Integer call() throws Failure {
        return show(Json.request("tables").put("name", name), TextTable::of, "the table is empty");
    }
}
