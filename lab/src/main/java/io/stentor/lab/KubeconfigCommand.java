package io.stentor.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "kubeconfig", description = "Print the lab's kubeconfig.")
final class KubeconfigCommand extends LabCommand {

    @Option(names = "--path", description = "Print where the file is instead.")
    boolean path;

    @Override
    int run() throws IOException {
        try {
            String content = Files.readString(directory().kubeconfig());
            out().println(path ? directory().kubeconfig() : content.stripTrailing());
            out().flush();
            return 0;
        } catch (NoSuchFileException absent) {
            throw new LabFailure(
                    LabFailure.NOT_REACHABLE,
                    "The lab '" + name + "' is not running; 'stentor lab up --name " + name + "' starts it.");
        }
    }
}
