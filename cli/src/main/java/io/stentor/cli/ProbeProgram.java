package io.stentor.cli;

import io.stentor.kube.connectivity.ConnectivityTest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// The program that pods run in a connectivity test, made for the architecture of this build.
final class ProbeProgram {
    private ProbeProgram() {}

    /// The one for nodes like this host.
    ///
    /// @throws Failure if there is none in this build
    static ConnectivityTest.Program here() throws Failure, IOException {
        String java = System.getProperty("os.arch");
        String architecture = java.equals("aarch64") ? "arm64" : java;
        try (InputStream in = ProbeProgram.class.getResourceAsStream("probe/stentor-probe-" + architecture)) {
            if (in == null) {
                throw new Failure(
                        ExitCode.FAILED, "this build has no probe for " + architecture + ": run 'make build'");
            }
            return new ConnectivityTest.Program(
                    architecture, Base64.getEncoder().encodeToString(in.readAllBytes()));
        }
    }

    /// Runs it as a server, which ends with this process.
    ///
    /// @return its exit code
    static int serve(int port, boolean calls) throws Failure, IOException, InterruptedException {
        Path file = Files.createTempFile(
                "stentor-probe",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            Files.write(file, Base64.getDecoder().decode(here().base64()));
            List<String> command = new ArrayList<>(List.of(file.toString(), "serve", Integer.toString(port), "tied=1"));
            if (calls) {
                command.add("calls=1");
            }
            Process process = new ProcessBuilder(command).inheritIO().start();
            Files.delete(file);
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroy));
            return process.waitFor();
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
