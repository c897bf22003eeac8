package io.stentor.lab;

import io.stentor.kernel.Kernel;
import io.stentor.lab.topology.Topology;
import io.stentor.model.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.function.Consumer;

/// Sockets inside a lab.
final class Inside {

    private Inside() {}

    /// Listens on each of the fabric's addresses, at [Server#PORT].
    ///
    /// @param served takes a socket, and closes it in the end
    static void listen(Topology topology, Kernel kernel, Consumer<ServerSocketChannel> served) throws IOException {
        for (IpAddress fabric : topology.plan().fabricAddresses()) {
            InetAddress literal = InetAddress.getByAddress(fabric.bytes());
            served.accept(kernel.inNamespace(
                    topology.fabric().netnsFile(),
                    () -> ServerSocketChannel.open()
                            .bind(new InetSocketAddress(literal, Server.PORT), Server.BACKLOG)));
        }
    }
}
