package io.stentor.lab;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `stentor lab`: clusters on this machine.
@Command(
        name = "stentor lab",
        description = "Clusters on this machine, out of namespaces and processes; for trying and testing.",
        mixinStandardHelpOptions = false,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            KubeconfigCommand.class,
            ExecCommand.class,
            NodeExecCommand.class,
            LogsCommand.class,
            DemoCommand.class,
            PowerCommand.Kill.class,
            PowerCommand.Restart.class,
            PowerCommand.Stop.class,
            PowerCommand.Start.class,
            DaemonCommand.class,
            CommandLine.HelpCommand.class
        })
public final class LabMain {

    @CommandLine.Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    private LabMain() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        return new CommandLine(new LabMain())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (failure instanceof LabFailure said) {
                        command.getErr().println(said.getMessage());
                        return said.exitCode();
                    }
                    throw failure;
                })
                .execute(arguments);
    }
}
