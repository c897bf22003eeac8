package io.stentor.lab;

import io.stentor.kernel.Kernel;
import io.stentor.lab.api.ApiServer;
import io.stentor.lab.api.ApiServerConfig;
import io.stentor.lab.api.Certificates;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.PodLogs;
import io.stentor.lab.control.ControlConfig;
import io.stentor.lab.control.Controllers;
import io.stentor.lab.topology.NodeSpace;
import io.stentor.lab.topology.Topology;
import io.stentor.model.Cidr;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A lab's API server with its controllers, and its operator. The API server listens on 127.0.0.1 for the machine's
/// users and on the fabric's addresses for the nodes; the operator runs in the fabric's namespaces.
final class ControlPlane {

    /// Where the API server listens on the fabric.
    static final int PORT = 6443;

    private static final String VERSION = "v1.32.0";
    private static final int BACKLOG = 128;

    /// The operator's name among the lab's programs.
    static final String OPERATOR = "operator";

    /// Longer than a busy machine makes a kubelet's thread wait.
    private static final Duration NODE_GRACE = Duration.ofSeconds(20);

    private final Topology topology;
    private final Certificates certificates;
    private final ApiServer server;
    private final String address;
    private volatile @Nullable Program operator;

    private ControlPlane(Topology topology, Certificates certificates, ApiServer server, String address) {
        this.topology = topology;
        this.certificates = certificates;
        this.server = server;
        this.address = address;
    }

    /// The lab's own authority and its server's certificate; takes a moment and needs no namespace.
    static Certificates certify(Topology topology) {
        List<String> names = new ArrayList<>(List.of(
                "127.0.0.1",
                "::1",
                "localhost",
                "kubernetes",
                "kubernetes.default",
                "kubernetes.default.svc",
                "kubernetes.default.svc.cluster.local",
                "10.96.0.1",
                "fd00:10:96::1"));
        topology.plan().fabricAddresses().forEach(a -> names.add(a.toString()));
        return Certificates.create(names);
    }

    /// @param logs who answers `kubectl logs`
    static ControlPlane start(Topology topology, Certificates certificates, Kernel kernel, PodLogs logs)
            throws IOException {
        List<Family> families = topology.plan().spec().shape().families().list();
        List<Cidr> services = families.stream()
                .map(family -> Cidr.of(
                        switch (family) {
                            case IPV4 -> "10.96.0.0/16";
                            case IPV6 -> "fd00:10:96::/112";
                        }))
                .toList();
        ApiServer server = ApiServer.start(new ApiServerConfig(certificates, services, logs, VERSION));
        ServerSocketChannel local = ServerSocketChannel.open();
        local.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), BACKLOG);
        int port = ((InetSocketAddress) local.getLocalAddress()).getPort();
        server.listen(local);
        for (IpAddress fabric : topology.plan().fabricAddresses()) {
            InetAddress literal = InetAddress.getByAddress(fabric.bytes());
            server.listen(kernel.inNamespace(
                    topology.fabric().netnsFile(),
                    () -> ServerSocketChannel.open().bind(new InetSocketAddress(literal, PORT), BACKLOG)));
        }
        server.advertise(topology.plan().fabricAddresses(), PORT);
        String address = "https://127.0.0.1:" + port;
        certificates.writeKubeconfig(topology.directory().kubeconfig(), address, "admin");
        Controllers.start(server.objects(), control(topology.plan().spec(), certificates.authorityPem()));
        return new ControlPlane(topology, certificates, server, address);
    }

    private static ControlConfig control(LabSpec spec, String authority) {
        List<Cidr> ranges = spec.shape().families().list().stream()
                .filter(_ -> !AgentKeys.operatorAllocates(spec))
                .map(family -> Cidr.of(
                        switch (family) {
                            case IPV4 -> AgentKeys.CLUSTER_V4;
                            case IPV6 -> AgentKeys.CLUSTER_V6;
                        }))
                .toList();
        return new ControlConfig(ranges, 24, 64, NODE_GRACE, authority);
    }

    void startOperator(Checkout checkout) {
        NodeSpace fabric = topology.fabric();
        NodeFiles files = new NodeFiles(fabric);
        files.writeConfiguration(AgentKeys.of(topology.plan().spec()));
        String inside = Addresses.https(topology.plan().fabricAddresses().getFirst(), PORT);
        certificates.writeKubeconfig(files.outside(NodeFiles.KUBECONFIG), inside, "stentor-operator");
        List<String> command = checkout.command(
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

    private java.nio.file.Path log() {
        return topology.directory().log(OPERATOR);
    }

    Certificates certificates() {
        return certificates;
    }

    ObjectApi objects() {
        return server.objects();
    }

    /// Where the machine's users find the API server.
    String address() {
        return address;
    }

    /// What is wrong for good with the operator: it will not be started again.
    Optional<String> failure() {
        Program program = operator;
        return program != null && program.lastExit().orElse(0) == LabFailure.WRONG_USE
                ? Optional.of("The operator refuses its configuration: " + Tail.lastLine(log()))
                : Optional.empty();
    }
}
