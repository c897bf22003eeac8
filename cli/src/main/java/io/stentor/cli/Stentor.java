package io.stentor.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The command itself: its subcommands, what they share, and its exit codes.
@Command(
        name = "stentor",
        description = "Shows what the Stentor agent of this node knows and does.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            StatusCommand.class,
            EndpointCommand.class,
            NodeCommand.class,
            ServiceCommand.class,
            IpCommand.class,
            TablesCommand.class,
            MapsCommand.class,
            DiffCommand.class,
            MonitorCommand.class,
            ExplainCommand.class,
            DoctorCommand.class,
            ConnectivityCommand.class,
            SysdumpCommand.class,
            UninstallCommand.class,
            VersionCommand.class,
            CompletionCommand.class
        },
        footer = {
            "",
            "Exit codes: 0 fine, 1 failed, 2 wrong use, 3 the agent is not reachable.",
            "`stentor lab` makes clusters on this machine: see `stentor lab --help`.",
            "",
            "Example:",
            "  stentor status"
        })
public final class Stentor implements Runnable {
    private static final String SOCKET = "/run/stentor/agent.sock";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--socket",
            scope = ScopeType.INHERIT,
            paramLabel = "PATH",
            defaultValue = "${env:STENTOR_SOCKET:-" + SOCKET + "}",
            description = "the agent's socket (default: $STENTOR_SOCKET, else " + SOCKET + ")")
    private Path socket = Path.of(SOCKET);

    @Option(
            names = {"-h", "--help"},
            scope = ScopeType.INHERIT,
            usageHelp = true,
            description = "this text")
    @SuppressWarnings("UnusedVariable") // that it is set is all that picocli needs
    private boolean help;

    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = commandLine().setOut(out).setErr(err).execute(args);
        out.flush();
        System.exit(code);
    }

    static CommandLine commandLine() {
        IExecutionExceptionHandler failures = (e, command, parsed) -> {
            command.getOut().flush();
            complain(command, e instanceof Failure ? e.getMessage() : e.toString());
            return e instanceof Failure failure ? failure.exitCode() : ExitCode.FAILED;
        };
        return new CommandLine(new Stentor())
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler((wrong, args) -> {
                    complain(wrong.getCommandLine(), wrong.getMessage());
                    CommandLine.UnmatchedArgumentException.printSuggestions(
                            wrong, wrong.getCommandLine().getErr());
                    wrong.getCommandLine().getErr().println("See " + name(wrong.getCommandLine()) + " --help");
                    return ExitCode.WRONG_USE;
                })
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(100);
    }

    private static String name(CommandLine command) {
        return command.getCommandSpec().qualifiedName();
    }

    private static void complain(CommandLine command, String sentence) {
        command.getErr().println(name(command) + ": " + sentence);
    }

    Path socket() {
        return socket;
    }

    AgentClient agent() {
        return new AgentClient(socket);
    }

    /// Without a subcommand there is nothing to do but to say which there are.
    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is needed");
    }
}
