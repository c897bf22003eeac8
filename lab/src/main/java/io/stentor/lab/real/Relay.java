package io.stentor.lab.real;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Passes bytes between the inside of a lab, where nobody can reach the API server, and the API server. It does not
/// look at them: TLS is between the two ends.
public final class Relay implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("relay");
    private static final int CHUNK = 32 << 10;

    private final String host;
    private final int port;
    private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /// @param host looked up anew for each connection
    public Relay(String host, int port) {
        this.host = host;
        this.port = port;
    }

    /// Serves connections from this socket, which may have been made in any network namespace; the relay closes it.
    public void listen(ServerSocketChannel channel) {
        open.add(channel);
        Thread.ofVirtual().name("relay-accept").start(() -> {
            while (!closed) {
                try {
                    SocketChannel client = channel.accept();
                    Thread.ofVirtual().name("relay").start(() -> serve(client));
                } catch (IOException failed) {
                    if (!channel.isOpen()) {
                        return;
                    }
                    LOG.log(Level.WARNING, "accepting a connection failed: {0}", failed.getMessage());
                }
            }
        });
    }

    private void serve(SocketChannel client) {
        open.add(client);
        try (client;
                SocketChannel server = SocketChannel.open()) {
            open.add(server);
            try {
                // A connection that waited to be accepted comes out of the socket even after its end.
                if (closed) {
                    return;
                }
                server.connect(new InetSocketAddress(host, port));
                client.setOption(StandardSocketOptions.TCP_NODELAY, true);
                server.setOption(StandardSocketOptions.TCP_NODELAY, true);
                server.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                Thread back = Thread.ofVirtual().name("relay").start(() -> copy(server, client));
                copy(client, server);
                back.join();
            } finally {
                open.remove(server);
            }
        } catch (IOException | RuntimeException gone) {
            LOG.log(Level.DEBUG, "a connection to the API server failed: {0}", gone.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
        }
    }

    /// Until one end says that it has no more; the other is told. A connection that breaks breaks on both sides.
    private static void copy(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException broken) {
            close(from);
            close(to);
        }
    }

    private static void close(AutoCloseable channel) {
        try {
            channel.close();
        } catch (Exception gone) {
            LOG.log(Level.DEBUG, "closing: {0}", gone.getMessage());
        }
    }

    @Override
    public void close() {
        closed = true;
        open.forEach(Relay::close);
    }
}
