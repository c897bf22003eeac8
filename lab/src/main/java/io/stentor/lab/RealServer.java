package io.stentor.lab;

import io.stentor.kernel.Kernel;
import io.stentor.lab.api.ObjectApi;
import io.stentor.lab.api.OwnerFile;
import io.stentor.lab.real.Kubeconfig;
import io.stentor.lab.real.RealApi;
import io.stentor.lab.real.Relay;
import io.stentor.lab.topology.Topology;
import io.stentor.model.IpAddress;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A real cluster's API server. Nobody inside a lab reaches it: there, a relay on the fabric's addresses passes what is
/// said to it and back. TLS goes through, so that the server's certificate is verified by the name that it is for.
final class RealServer implements Server {

    private final Kubeconfig kubeconfig;
    private final RealApi api;

    private RealServer(Kubeconfig kubeconfig, RealApi api) {
        this.kubeconfig = kubeconfig;
        this.api = api;
    }

    /// @throws LabFailure when the lab's kubeconfig cannot be used
    static RealServer start(Topology topology, Kernel kernel) throws IOException {
        Path file = topology.directory().kubeconfig();
        Kubeconfig kubeconfig = Kubeconfig.read(file, "");
        Relay relay = new Relay(kubeconfig.host(), kubeconfig.port());
        Inside.listen(topology, kernel, relay::listen);
        return new RealServer(kubeconfig, RealApi.open(file));
    }

    @Override
    public ObjectApi objects() {
        return api;
    }

    @Override
    public String address() {
        return kubeconfig.server().toString();
    }

    @Override
    public void writeKubeconfig(Path file, IpAddress fabric, String user) {
        String text = kubeconfig.by(URI.create(Addresses.https(fabric, PORT))).text();
        OwnerFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }
}
