package io.stentor.lab;

import io.stentor.lab.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "node-exec",
        description =
                "Run a command on a node, or on the host 'outside', which is none: in its network, mounts and cgroup.")
final class NodeExecCommand extends LabCommand {

    @Parameters(index = "0", paramLabel = "NODE", description = "The node, or outside.")
    String target = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "-- COMMAND", description = "What to run there.")
    List<String> words = new ArrayList<>();

    @Override
    int run() throws Exception {
        Topology topology = topology();
        var space = topology.space(topology.plan().host(target));
        if (!space.cgroup().exists()) {
            throw new LabFailure(
                    LabFailure.NOT_REACHABLE, "'" + target + "' of the lab '" + name + "' is switched off.");
        }
        return Foreground.run(space.enter("", Foreground.here(words)), Map.of());
    }
}
