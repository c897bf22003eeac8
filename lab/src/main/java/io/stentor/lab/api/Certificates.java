package io.stentor.lab.api;

import java.nio.file.Path;
import java.util.List;

/// A lab's own certificate authority, its server certificate and the client certificates it gives out. Keys are EC
/// P-256, private keys are written as SEC1 PEM (which Go and fabric8 both read).
public final class Certificates {

    private Certificates() {}

    /// Makes an authority and a server certificate.
    ///
    /// @param serverNames addresses and names in the server's certificate: `127.0.0.1`, `kubernetes.default.svc`
    public static Certificates create(List<String> serverNames) {
        return Json.absent();
    }

    /// Reads what [#save] wrote.
    public static Certificates load(Path folder) {
        return Json.absent();
    }

    /// Writes the authority and the server's key into a folder, readable by the owner alone.
    public void save(Path folder) {}

    /// Writes a kubeconfig with a client certificate of its own, mode 0600, replacing the file at once.
    ///
    /// @param server `https://127.0.0.1:6443`
    /// @param user   the user's name: `admin`, `system:node:worker-1`; its group is `system:masters`
    public void writeKubeconfig(Path file, String server, String user) {}
}
