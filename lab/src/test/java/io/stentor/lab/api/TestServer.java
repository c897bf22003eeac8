package io.stentor.lab.api;

import io.stentor.lab.control.ControlConfig;
import io.stentor.lab.control.Controllers;
import io.stentor.model.Cidr;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A server on a free port of the loopback, with a kubeconfig.
public final class TestServer implements AutoCloseable {

    private final ApiServer server;
    private final Certificates certificates = Certificates.create(List.of("127.0.0.1"));
    private final int port;

    /// @param window how many changes watches may lag behind
    public TestServer(Path kubeconfig, int window) {
        ApiServerConfig config = new ApiServerConfig(
                certificates, List.of(Cidr.of("10.96.0.0/16"), Cidr.of("fd00:96::/112")), TestServer::log, "v1.32.0");
        server = ApiServer.start(config, window);
        try {
            ServerSocketChannel channel = ServerSocketChannel.open();
            channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
            server.listen(channel);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        certificates.writeKubeconfig(kubeconfig, url(), "admin");
    }

    private static ByteArrayInputStream log(PodLogs.Request request) {
        String text = "a line of " + request.pod() + "/" + request.container() + "\n";
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    public Controllers controllers() {
        List<Cidr> ranges = List.of(Cidr.of("10.1.0.0/16"));
        return Controllers.start(
                objects(), new ControlConfig(ranges, 24, 64, Duration.ofSeconds(40), certificates.authorityPem()));
    }

    public ServerObjects objects() {
        return server.objects();
    }

    public String url() {
        return "https://127.0.0.1:" + port;
    }

    public Certificates certificates() {
        return certificates;
    }

    @Override
    public void close() {
        server.close();
    }
}
