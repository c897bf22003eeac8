package io.stentor.lab;

import io.stentor.lab.api.ObjectApi;
import io.stentor.model.IpAddress;
import java.nio.file.Path;

/// The API server of a lab: its own, or that of a real cluster, which its nodes join.
sealed interface Server permits OwnServer, RealServer {

    /// Where nodes and operator find it inside the lab, on any of the fabric's addresses.
    int PORT = 6443;

    /// How many connections may wait to be accepted.
    int BACKLOG = 128;

    ObjectApi objects();

    /// Where the machine's users find it.
    String address();

    /// Writes a kubeconfig for a program inside the lab, readable by the owner alone.
    ///
    /// @param fabric by which address the program reaches the server
    /// @param user   in whose name, where the server is the lab's own
    void writeKubeconfig(Path file, IpAddress fabric, String user);
}
