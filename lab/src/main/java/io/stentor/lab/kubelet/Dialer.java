package io.stentor.lab.kubelet;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/// Opens TCP connections from a node, as probes and health checks need them.
@FunctionalInterface
public interface Dialer {

    /// A connected socket whose reads wait no longer than `patience` either.
    Socket connect(InetSocketAddress target, Duration patience) throws IOException;
}
