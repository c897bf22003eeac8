package io.stentor.node;

import io.stentor.kernel.Kernel;
import io.stentor.kernel.KernelException;
import io.stentor.kernel.net.Connection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/// The sockets of the node and of its pods, wherever they are.
public final class OpenSockets {
    private static final System.Logger LOG = System.getLogger("connections");
    private static final Path HOST = Path.of("/proc/self/ns/net");

    private final Kernel kernel;
    private final Supplier<Set<Path>> pods;

    /// @param pods files of their network namespaces
    public OpenSockets(Kernel kernel, Supplier<Set<Path>> pods) {
        this.kernel = kernel;
        this.pods = pods;
    }

    /// Ends connections at once. Which namespace a socket is in nobody knows: all are looked through, until every one
    /// of the connections has been found.
    ///
    /// @return how many were found; a namespace that cannot be looked through is passed over, and told in the log
    public int end(Set<Connection> connections) {
        List<Path> namespaces = new ArrayList<>(List.of(HOST));
        namespaces.addAll(pods.get());
        int ended = 0;
        for (Path netns : namespaces) {
            if (ended == connections.size()) {
                break;
            }
            try {
                ended += kernel.endSockets(netns, connections);
            } catch (KernelException failed) {
                // A pod that ends takes its namespace with it.
                System.Logger.Level level =
                        Files.exists(netns) ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG;
                LOG.log(level, "sockets to backends that are gone stay open: {0}", failed.getMessage());
            }
        }
        return ended;
    }
}
