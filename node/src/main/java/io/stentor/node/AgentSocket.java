package io.stentor.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/// The agent's unix socket: CNI shim and CLI ask here, one request a connection.
///
/// Frames, both ways: u32 big-endian length of what follows (at most 1 MiB), u8 kind, payload in UTF-8.
/// Kinds: `q` request, `r` final result, `e` final error, `s` item of a stream.
///
/// The socket is 0600 and takes only peers of the agent's own uid. Garbage, oversized and slow requests are answered
/// with an error where an answer can be sent, closed where not, and disturb nobody else.
public final class AgentSocket implements AutoCloseable {

    /// Binds and serves until [#close]. A socket file left by an agent that died is replaced.
    ///
    /// @throws IOException if the path cannot be bound, or another agent answers on it
    public static AgentSocket open(Path path, Map<String, Method> methods) throws IOException {
        throw new IOException("not bound: " + path + methods.keySet());
    }

    /// Stops listening, closes the connections, removes the socket file.
    @Override
    public void close() {}
}
