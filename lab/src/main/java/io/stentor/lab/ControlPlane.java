package io.stentor.lab;

import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.topology.NodeSpace;
import io.stentor.lab.topology.Topology;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A lab's API server, and its operator, which runs in the fabric's namespaces.
final class ControlPlane {

    /// The operator's name among the lab's programs.
    static final String OPERATOR = "operator";

    private final Topology topology;
    private final Server server;
    private final LabStatus status;
    private volatile @Nullable Program operator;

    ControlPlane(Topology topology, Server server) {
        this.topology = topology;
        this.server = server;
        this.status = LabStatus.follow(server.objects());
    }

    void startOperator(Installation installation) {
        NodeSpace fabric = topology.fabric();
        NodeFiles files = new NodeFiles(fabric);
        files.writeConfiguration(AgentKeys.of(topology.plan().spec()));
        server.writeKubeconfig(
                files.outside(NodeFiles.KUBECONFIG),
                topology.plan().fabricAddresses().getFirst(),
                "stentor-operator");
        List<String> command = installation.command(
                OPERATOR,
                "io.stentor.operator.OperatorMain",
                List.of("--config-dir=" + NodeFiles.CONFIG, "--k8s-kubeconfig-path=" + NodeFiles.KUBECONFIG));
        Program program = new Program(OPERATOR, fabric.enter("", command), log());
        operator = program;
        program.start();
    }

    /// Starts the operator again, dead or alive.
    void restartOperator() throws InterruptedException {
        Program program = operator;
        if (program == null) {
            throw new LabFailure("The lab has no operator.");
        }
        program.stop();
        program.start();
    }

    private Path log() {
        return topology.directory().log(OPERATOR);
    }

    Server server() {
        return server;
    }

    ObjectApi objects() {
        return server.objects();
    }

    /// What the cluster says of the nodes.
    LabStatus status() {
        return status;
    }

    /// What is wrong for good with the operator: it will not be started again.
    Optional<String> failure() {
        Program program = operator;
        return program != null && program.lastExit().orElse(0) == LabFailure.WRONG_USE
                ? Optional.of("The operator refuses its configuration: " + Tail.lastLine(log()))
                : Optional.empty();
    }
}
