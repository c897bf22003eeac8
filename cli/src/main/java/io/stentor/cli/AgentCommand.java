package io.stentor.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// What commands have in common: where they ask and where they write.
abstract class AgentCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    /// Whom to ask.
    final AgentClient agent() {
        return ((Stentor) spec.root().userObject()).agent();
    }

    /// Where it is to be asked.
    final Path socket() {
        return ((Stentor) spec.root().userObject()).socket();
    }

    /// `stentor` itself.
    final CommandLine root() {
        return spec.root().commandLine();
    }

    /// For what was asked for.
    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /// For people, beside it.
    final PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
