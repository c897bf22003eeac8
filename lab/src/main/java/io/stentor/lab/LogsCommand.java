package io.stentor.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "logs", description = "Show the log of a node's agent, of the operator, or of the lab's own process.")
final class LogsCommand extends LabCommand {

    @Parameters(paramLabel = "NODE|operator|apiserver", description = "Whose log.")
    String program = "";

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is written from now on.")
    boolean follow;

    @Override
    int run() throws IOException, InterruptedException {
        if (!List.of("operator", "apiserver").contains(program)) {
            topology().plan().node(program);
        }
        Path log = directory().log(program);
        if (!Files.exists(log)) {
            throw new LabFailure("'" + program + "' has written nothing so far in the lab '" + name + "'.");
        }
        Tail tail = new Tail(log, "");
        do {
            tail.drain(System.out);
        } while (follow && pause());
        return 0;
    }

    private static boolean pause() throws InterruptedException {
        Thread.sleep(100);
        return true;
    }
}
