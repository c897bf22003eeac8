package io.stentor.lab.kubelet;

import io.stentor.lab.LabFailure;
import io.stentor.lab.kubelet.Probe.Exec;
import io.stentor.lab.kubelet.Probe.Http;
import io.stentor.lab.kubelet.Probe.Tcp;
import io.stentor.lab.kubelet.Probe.Unsupported;
import io.stentor.model.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Carries out probes of one running container, from its node.
///
/// @param dialer  from the node's network
/// @param address of the pod
/// @param enter   the command that enters the container
record ProbeRun(Dialer dialer, String address, List<String> enter) {

    /// Tries once.
    ///
    /// @return nothing when it succeeded, else why not
    Optional<String> attempt(Probe probe) throws InterruptedException {
        Duration patience = probe.timing().timeout();
        try {
            return switch (probe.action()) {
                case Http http -> http(http, patience);
                case Tcp tcp -> {
                    try (Socket _ = dialer.connect(target(tcp.host(), tcp.port()), patience)) {
                        yield Optional.empty();
                    }
                }
                case Exec exec -> exec(exec, patience);
                case Unsupported unsupported ->
                    Optional.of("the lab does not support " + unsupported.what() + " in probes");
            };
        } catch (IOException e) {
            return Optional.of(e.getMessage() == null ? e.toString() : e.getMessage());
        } catch (IllegalArgumentException | LabFailure e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private Optional<String> http(Http http, Duration patience) throws IOException {
        int status =
                new HttpGet(target(http.host(), http.port()), http.path(), http.headers()).status(dialer, patience);
        return status >= 200 && status < 400
                ? Optional.empty()
                : Optional.of("HTTP probe failed with statuscode: " + status);
    }

    private Optional<String> exec(Exec exec, Duration patience) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(enter);
        command.addAll(exec.command());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().close();
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            return Optional.of("command timed out after " + patience.toSeconds() + "s");
        }
        int exit = process.exitValue();
        return exit == 0 ? Optional.empty() : Optional.of("command exited with " + exit);
    }

    private InetSocketAddress target(String host, int port) throws IOException {
        String name = host.isEmpty() ? address : host;
        IpAddress ip =
                IpAddress.parse(name).orElseThrow(() -> new IOException("probe host '" + name + "' is no IP address"));
        return new InetSocketAddress(InetAddress.getByAddress(ip.bytes()), port);
    }
}
