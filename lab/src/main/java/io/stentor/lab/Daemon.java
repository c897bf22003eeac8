package io.stentor.lab;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.Linux;
import io.stentor.kube.LogSettings;
import io.stentor.kube.Logging;
import io.stentor.lab.api.Certificates;
import io.stentor.lab.topology.Topology;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/// The process that a lab lives in: the API server, its controllers, one kubelet a node; agents and operator are its
/// children. It ends by SIGKILL of its cgroup, and has nothing to save.
final class Daemon implements AutoCloseable {

    private final Topology topology;
    private final Checkout checkout;
    private final Kernel kernel = Linux.open();
    private final RunningLab lab;

    Daemon(Topology topology, Checkout checkout) {
        this.topology = topology;
        this.checkout = checkout;
        this.lab = new RunningLab(topology);
    }

    /// Brings the lab up, then answers commands until the process is killed.
    void run() throws IOException, InterruptedException {
        Logging.start(new LogSettings(false, false));
        try (ControlServer _ = ControlServer.start(topology.directory(), new Requests(lab, checkout)::answer)) {
            CompletableFuture<Certificates> certificates =
                    CompletableFuture.supplyAsync(() -> ControlPlane.certify(topology));
            topology.create();
            lab.step("underlay: " + topology.plan().hosts().size() + " hosts, "
                    + topology.plan().segments().size() + " segment(s)");
            ControlPlane control = ControlPlane.start(
                    topology,
                    certificates.join(),
                    kernel,
                    request -> lab.node(request.node()).kubelet().logs(request));
            lab.start(control);
            lab.step("API server at " + control.address());
            // The operator first: agents wait for its CRDs and pod CIDRs.
            if (AgentKeys.operatorRuns(topology.plan().spec())) {
                control.startOperator(checkout);
                lab.step("operator started");
            }
            LabNode.Cluster cluster =
                    new LabNode.Cluster(topology, checkout, control.certificates(), control.objects(), kernel);
            topology.plan().nodes().forEach(host -> lab.add(new LabNode(cluster, host)));
            lab.step("nodes started");
            try (FabricRoutes _ = FabricRoutes.start(topology, control.objects())) {
                Thread.currentThread().join();
            }
        }
    }

    @Override
    public void close() {
        kernel.close();
    }
}
