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

    @Parameters(arity = "2..*", paramLabel = "NODE -- COMMAND", description = "Where, and what.")
    List<String> operands = new ArrayList<>();

    @Override
    int run() throws Exception {
        Topology topology = topology();
        List<String> command = Foreground.operands(operands);
        var space = topology.space(topology.plan().host(operands.getFirst()));
        if (!space.cgroup().exists()) {
            throw new LabFailure(
                    LabFailure.NOT_REACHABLE,
                    "'" + operands.getFirst() + "' of the lab '" + name + "' is switched off.");
        }
        return Foreground.run(space.enter("", Foreground.here(command)), Map.of());
    }
}
