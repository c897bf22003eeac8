package io.stentor.cli;

import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "completion",
        description = "A script with which the shell completes this command.",
        footer = {"", "Example:", "  source <(stentor completion bash)"})
final class CompletionCommand extends AgentCommand {
    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
    private Shell shell = Shell.BASH;

    enum Shell {
        BASH,
        ZSH,
        FISH;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public Integer call() {
        CommandLine root = root();
        out().println(
                        switch (shell) {
                            // The script knows zsh, and loads what zsh needs for it.
                            case BASH, ZSH -> AutoComplete.bash("stentor", root);
                            case FISH -> FishCompletion.of(root);
                        });
        return ExitCode.FINE;
    }
}
