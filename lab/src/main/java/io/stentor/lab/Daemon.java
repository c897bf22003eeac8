package io.stentor.lab;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.Linux;
import io.stentor.kube.LogSettings;
import io.stentor.kube.Logging;
import io.stentor.lab.api.ApiException;
import io.stentor.lab.api.Certificates;
import io.stentor.lab.api.PodLogs;
import io.stentor.lab.topology.Topology;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// The process that a lab lives in: the API server, its controllers, one kubelet a node; agents and operator are its
/// children. It ends by SIGKILL of its cgroup, and has nothing to save.
final class Daemon implements AutoCloseable {

    private final Topology topology;
    private final Installation installation;
    private final Kernel kernel = Linux.open();
    private final RunningLab lab;

    Daemon(Topology topology, Installation installation) {
        this.topology = topology;
        this.installation = installation;
        this.lab = new RunningLab(topology);
    }

    /// Brings the lab up, then answers commands until the process is killed.
    void run() throws IOException, InterruptedException {
        Logging.start(new LogSettings(false, false));
        try (ControlServer _ = ControlServer.start(topology.directory(), new Requests(lab, installation)::answer)) {
            LabSpec spec = topology.plan().spec();
            Optional<CompletableFuture<Certificates>> certificates = spec.real().isPresent()
                    ? Optional.empty()
                    : Optional.of(CompletableFuture.supplyAsync(() -> OwnServer.certify(topology)));
            topology.create();
            lab.step("underlay: " + topology.plan().hosts().size() + " hosts, "
                    + topology.plan().segments().size() + " segment(s)");
            Server server = certificates.isPresent()
                    ? OwnServer.start(topology, certificates.get().join(), kernel, this::logs)
                    : RealServer.start(topology, kernel);
            ControlPlane control = new ControlPlane(topology, server);
            lab.start(control);
            lab.step("API server at " + server.address());
            // The operator first: agents wait for its CRDs and pod CIDRs.
            if (AgentKeys.operatorRuns(spec)) {
                control.startOperator(installation);
                lab.step("operator started");
            }
            LabNode.Cluster cluster = new LabNode.Cluster(topology, installation, server, kernel);
            topology.plan().nodes().forEach(host -> lab.add(new LabNode(cluster, host)));
            lab.step("nodes started");
            try (FabricRoutes _ = FabricRoutes.start(topology, control.status())) {
                Thread.currentThread().join();
            }
        }
    }

    /// A node that is not this lab's has joined as any kubelet may.
    private InputStream logs(PodLogs.Request request) {
        if (topology.plan().nodes().stream().noneMatch(host -> host.name().equals(request.node()))) {
            throw ApiException.badRequest(
                    "node \"" + request.node() + "\" is not one of this lab's own; if it is another"
                            + " lab's, 'stentor lab logs --name LAB " + request.pod() + "' shows what the pod says");
        }
        return lab.node(request.node()).kubelet().logs(request);
    }

    @Override
    public void close() {
        kernel.close();
    }
}
