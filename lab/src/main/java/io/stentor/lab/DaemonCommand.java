package io.stentor.lab;

import io.stentor.lab.topology.Cgroup;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

@Command(name = "daemon", hidden = true, description = "The process that a lab lives in; 'up' starts it.")
final class DaemonCommand extends LabCommand {

    /// Starts it apart from this terminal, in its cgroup, so that whoever ends the cgroup ends it.
    static Process launch(Installation installation, LabDirectory directory, Cgroup cgroup) throws IOException {
        Path log = directory.log("apiserver");
        Files.createDirectories(log.getParent());
        List<String> command = new ArrayList<>(List.of(
                "setsid",
                "sh",
                "-c",
                "echo 0 > \"$0\" && exec \"$@\"",
                cgroup.procs().toString()));
        command.addAll(
                installation.command("lab", LabMain.class.getName(), List.of("daemon", "--name", directory.name())));
        return new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .directory(Path.of("/").toFile())
                .start();
    }

    @Override
    int run() throws Exception {
        try (Daemon daemon = new Daemon(topology(), Installation.find())) {
            daemon.run();
        }
        return 0;
    }
}
