package io.stentor.lab;

import io.stentor.kernel.Kernel;
import io.stentor.lab.api.ApiServer;
import io.stentor.lab.api.ApiServerConfig;
import io.stentor.lab.api.Certificates;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.PodLogs;
import io.stentor.lab.control.ControlConfig;
import io.stentor.lab.control.Controllers;
import io.stentor.lab.topology.Topology;
import io.stentor.model.Cidr;
import io.stentor.model.Family;
import io.stentor.model.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A lab's own API server with its controllers. It listens on 127.0.0.1 for the machine's users and on the fabric's
/// addresses for the nodes.
final class OwnServer implements Server {

    private static final String VERSION = "v1.32.0";

    /// Longer than a busy machine makes a kubelet's thread wait.
    private static final Duration NODE_GRACE = Duration.ofSeconds(20);

    private final Certificates certificates;
    private final ApiServer server;
    private final String address;

    private OwnServer(Certificates certificates, ApiServer server, String address) {
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
    static OwnServer start(Topology topology, Certificates certificates, Kernel kernel, PodLogs logs)
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
        Inside.listen(topology, kernel, server::listen);
        server.advertise(topology.plan().fabricAddresses(), PORT);
        String address = "https://127.0.0.1:" + port;
        certificates.writeKubeconfig(topology.directory().kubeconfig(), address, "admin");
        Controllers.start(server.objects(), control(topology.plan().spec(), certificates.authorityPem()));
        return new OwnServer(certificates, server, address);
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

    @Override
    public ObjectApi objects() {
        return server.objects();
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public void writeKubeconfig(Path file, IpAddress fabric, String user) {
        certificates.writeKubeconfig(file, Addresses.https(fabric, PORT), user);
    }
}
