package io.stentor.lab.api;

import java.nio.channels.ServerSocketChannel;

/// The lab's API server: state in memory, HTTPS on as many listening sockets as it is given.
public final class ApiServer implements AutoCloseable {

    private ApiServer() {}

    /// A server without objects but the namespaces and the `kubernetes` service that every cluster has. It serves
    /// nobody before [#listen].
    public static ApiServer start(ApiServerConfig config) {
        return Json.absent();
    }

    /// Serves connections from this socket, which may have been made in any network namespace; the server closes it.
    public void listen(ServerSocketChannel channel) {}

    /// The same objects without HTTP.
    public ObjectApi objects() {
        return Json.absent();
    }

    /// Closes the sockets and ends all requests and watches.
    @Override
    public void close() {}
}
