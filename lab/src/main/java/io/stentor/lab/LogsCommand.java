package io.stentor.lab;

import io.stentor.lab.api.ObjectName;
import io.stentor.lab.api.PodLogs;
import io.stentor.lab.kubelet.LogStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "logs",
        description = "Show the log of a node's agent, of the operator, of the lab's own process, or of a pod.")
final class LogsCommand extends LabCommand {

    @Parameters(paramLabel = "NODE|operator|apiserver|NAMESPACE/POD", description = "Whose log.")
    String program = "";

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is written from now on.")
    boolean follow;

    @Option(
            names = {"-c", "--container"},
            paramLabel = "CONTAINER",
            defaultValue = "",
            description = "Which of the pod's (default: the first).")
    String container = "";

    @Override
    int run() throws IOException, InterruptedException {
        if (program.contains("/")) {
            return pod(PodName.parse(program));
        }
        boolean node = !List.of("operator", "apiserver").contains(program);
        Path log = directory().log(node ? topology().plan().node(program).name() : program);
        if (!Files.exists(log)) {
            throw new LabFailure("'" + program + "' has written nothing so far in the lab '" + name + "'.");
        }
        Tail tail = new Tail(log, "");
        do {
            tail.drain(System.out);
        } while (follow && pause());
        return 0;
    }

    /// As `kubectl logs`, which cannot ask a lab's node that is on a real cluster.
    private int pod(PodName pod) throws IOException {
        Path file =
                Path.of(ask("podlog", pod.parameters(container)).path("file").asText());
        PodLogs.Request whole = new PodLogs.Request(
                new ObjectName(pod.namespace(), pod.name()),
                "",
                "",
                container,
                follow,
                OptionalLong.empty(),
                false,
                false,
                OptionalLong.empty());
        try (LogStream lines = LogStream.open(file, whole, () -> !Files.exists(file))) {
            byte[] buffer = new byte[16 << 10];
            for (int n = lines.read(buffer, 0, buffer.length); n >= 0; n = lines.read(buffer, 0, buffer.length)) {
                System.out.write(buffer, 0, n);
                System.out.flush();
            }
        }
        return 0;
    }

    private static boolean pause() throws InterruptedException {
        Thread.sleep(100);
        return true;
    }
}
