package io.stentor.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// What fish has to be told to complete a command: one `complete` a word, with the condition under which it comes.
final class FishCompletion {
    private final String program;
    private final StringJoiner script = new StringJoiner("\n");

    private FishCompletion(String program) {
        this.program = program;
    }

    static String of(CommandLine root) {
        FishCompletion completion = new FishCompletion(root.getCommandName());
        completion.script.add("# stentor: completion for fish").add("complete -c " + completion.program + " -f");
        completion.add(root.getCommandSpec(), List.of());
        return completion.script.toString();
    }

    private void add(CommandSpec command, List<String> path) {
        String condition = condition(command, path);
        command.subcommands().forEach((name, sub) -> {
            script.add("complete -c " + program + condition + " -a " + name + description(summary(sub)));
            List<String> below = new ArrayList<>(path);
            below.add(name);
            add(sub.getCommandSpec(), below);
        });
        for (OptionSpec option : command.options()) {
            StringBuilder line = new StringBuilder("complete -c " + program + condition);
            for (String name : option.names()) {
                line.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
            }
            if (option.arity().max() > 0) {
                line.append(" -r");
                candidates(line, option.completionCandidates());
            }
            script.add(line + description(String.join(" ", option.description())));
        }
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            if (parameter.completionCandidates() != null) {
                StringBuilder line = new StringBuilder("complete -c " + program + condition);
                candidates(line, parameter.completionCandidates());
                script.add(line.toString());
            }
        }
    }

    private static void candidates(StringBuilder line, Iterable<String> words) {
        if (words != null) {
            line.append(" -a '").append(String.join(" ", words)).append('\'');
        }
    }

    private static String summary(CommandLine command) {
        return String.join(" ", command.getCommandSpec().usageMessage().description());
    }

    private static String description(String text) {
        return " -d '" + text.replace("'", "\\'").replaceAll("\\$\\{[^}]*}", "").strip() + "'";
    }

    /// All words of the path were seen, and none of what may follow.
    private static String condition(CommandSpec command, List<String> path) {
        StringJoiner all = new StringJoiner("; and ");
        path.forEach(word -> all.add("__fish_seen_subcommand_from " + word));
        if (!command.subcommands().isEmpty()) {
            all.add("not __fish_seen_subcommand_from "
                    + String.join(" ", command.subcommands().keySet()));
        }
        return all.length() == 0 ? "" : " -n '" + all + "'";
    }
}
