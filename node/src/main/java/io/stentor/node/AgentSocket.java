package io.stentor.node;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import jdk.net.ExtendedSocketOptions;

/// The agent's unix socket: CNI shim and CLI ask here, one request a connection.
///
/// Frames, both ways: u32 big-endian length of what follows (at most 1 MiB), u8 kind, payload in UTF-8.
/// Kinds: `q` request (a JSON object with `method`), `r` final result, `e` final error, `s` item of a stream.
///
/// The socket is 0600 and takes only peers of the agent's own uid. Garbage, oversized and slow requests are answered
/// with an error where an answer can be sent, closed where not, and disturb nobody else.
public final class AgentSocket implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("socket");

    /// More at once than kubelet and a few people ever ask; bounds what a script gone wild can hold.
    private static final int CONNECTIONS = 256;

    private final Path path;
    private final ServerSocketChannel server;
    private final UserPrincipal owner;
    private final Map<String, Method> methods;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private final Duration patience;
    private final ScheduledThreadPoolExecutor deadlines = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("socket-deadlines").factory());

    private AgentSocket(Path path, ServerSocketChannel server, Map<String, Method> methods, Duration patience)
            throws IOException {
        this.patience = patience;
        this.path = path;
        this.server = server;
        this.owner = Files.getOwner(path);
        this.methods = Map.copyOf(methods);
        deadlines.setRemoveOnCancelPolicy(true);
    }

    /// Binds and serves until [#close]. A socket file left by an agent that died is replaced.
    ///
    /// @throws IOException if the path cannot be bound, or another agent answers on it
    public static AgentSocket open(Path path, Map<String, Method> methods) throws IOException {
        return open(path, methods, Duration.ofSeconds(5));
    }

    /// @param patience for a whole request to arrive, and for a peer to take one frame of the answer
    static AgentSocket open(Path path, Map<String, Method> methods, Duration patience) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
        Files.createDirectories(path.toAbsolutePath().getParent());
        if (Files.exists(path)) {
            try (SocketChannel other = SocketChannel.open(address)) {
                throw new IOException("another agent answers on " + other.getRemoteAddress());
            } catch (ConnectException nobody) {
                Files.delete(path);
            }
        }
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(address, CONNECTIONS);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            AgentSocket socket = new AgentSocket(path, server, methods, patience);
            Thread.ofVirtual().name("socket-accept").start(socket::accept);
            return socket;
        } catch (IOException failed) {
            server.close();
            throw failed;
        }
    }

    private void accept() {
        while (true) {
            try {
                SocketChannel peer = server.accept();
                if (connections.size() >= CONNECTIONS) {
                    peer.close();
                    LOG.log(System.Logger.Level.WARNING, "connection closed: {0} are open", CONNECTIONS);
                    continue;
                }
                connections.add(peer);
                Thread.ofVirtual().name("socket-request").start(() -> serve(peer));
            } catch (ClosedChannelException closed) {
                return;
            } catch (IOException failed) {
                LOG.log(System.Logger.Level.WARNING, "accept: {0}", failed.getMessage());
                pause();
            }
        }
    }

    /// accept() fails again at once when file descriptors are short.
    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(SocketChannel peer) {
        try (peer) {
            if (peer.getOption(ExtendedSocketOptions.SO_PEERCRED).user().equals(owner)) {
                new Conversation(peer, methods, deadlines, patience).run();
            }
        } catch (IOException gone) {
            LOG.log(System.Logger.Level.DEBUG, "connection ended: {0}", gone.getMessage());
        } finally {
            connections.remove(peer);
        }
    }

    /// Stops listening, ends the connections, removes the socket file.
    @Override
    public void close() {
        deadlines.shutdownNow();
        try {
            server.close();
            Files.deleteIfExists(path);
            for (SocketChannel peer : connections) {
                peer.close();
            }
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.WARNING, "close: {0}", failed.getMessage());
        }
    }
}
