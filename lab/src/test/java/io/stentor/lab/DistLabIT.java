package io.stentor.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.stentor.lab.api.Json;
import io.stentor.lab.topology.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What `make dist` packs, unpacked on a machine that has no JDK: a lab of it, with traffic.
class DistLabIT {

    private static final String NAME = "dist-it";

    /// Where a distribution's programs are, other than a JDK's.
    private static final Path NO_JDK = Path.of("path");

    private Path folder = Path.of("");

    @BeforeEach
    void only_with_all_others() throws IOException {
        assumeTrue(System.getProperty("matrix", "short").equals("full"), "packing takes half a minute");
        folder = Files.createTempDirectory("dist");
    }

    @AfterEach
    void down() {
        if (Files.isDirectory(folder.resolve("unpacked"))) {
            assertThat(stentor("lab", "down", "--name", NAME).exit()).isZero();
        }
        assertThat(LabDirectory.of(NAME).path()).doesNotExist();
        Shell.run("rm", "-rf", folder.toString());
    }

    private Shell.Result stentor(String... arguments) {
        List<String> command = new ArrayList<>(List.of("env", "-i", "HOME=/root", "PATH=" + folder.resolve(NO_JDK)));
        command.add(folder.resolve("unpacked/bin/stentor").toString());
        command.addAll(List.of(arguments));
        return Shell.attempt(command, "");
    }

    private static String ok(Shell.Result result) {
        assertThat(result.exit()).as(result.err()).isZero();
        return result.out();
    }

    /// Links to everything that the machine's own PATH has, but Java.
    private void withoutJdk() throws IOException {
        Path path = Files.createDirectories(folder.resolve(NO_JDK));
        for (String from : List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin")) {
            try (var programs = Files.list(Path.of(from))) {
                for (Path program : programs.toList()) {
                    Path link = path.resolve(program.getFileName());
                    if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)
                            && !Set.of("java", "javac", "jlink")
                                    .contains(link.getFileName().toString())) {
                        Files.createSymbolicLink(link, program);
                    }
                }
            }
        }
    }

    @Test
    void a_lab_runs_from_the_packed_programs_without_a_jdk_and_passes_traffic() throws IOException {
        Path checkout = Path.of("").toAbsolutePath().getParent();
        Shell.run(checkout.resolve("scripts/dist").toString());
        Path packed;
        try (var files = Files.list(checkout.resolve("target"))) {
            packed = files.filter(file -> file.getFileName().toString().matches("stentor-.*-linux-.*\\.tar\\.gz"))
                    .findFirst()
                    .orElseThrow();
        }
        Files.createDirectories(folder.resolve("unpacked"));
        Shell.run(
                "tar",
                "-xzf",
                packed.toString(),
                "-C",
                folder.resolve("unpacked").toString(),
                "--strip-components=1");
        withoutJdk();
        assertThat(Shell.attempt(
                                List.of("env", "-i", "PATH=" + folder.resolve(NO_JDK), "sh", "-c", "command -v java"),
                                "")
                        .exit())
                .isNotZero();

        ok(stentor("lab", "up", "--name", NAME, "--nodes", "2", "--detach"));
        assertThat(ok(stentor("lab", "demo", "--name", NAME)).lines().filter(line -> line.contains("node-2")))
                .hasSize(3);
        // The programs are those of the archive, and none of the checkout.
        JsonNode status = Json.parse(
                ok(stentor("lab", "status", "--name", NAME, "-o", "json")).getBytes(StandardCharsets.UTF_8));
        Path process =
                Path.of("/proc", status.path("nodes").path(0).path("agentPid").asText());
        String agent = Files.readString(process.resolve("cmdline")).replace('\0', ' ');
        assertThat(agent)
                .startsWith(folder.resolve("unpacked/lib/jdk/bin/java").toString())
                .doesNotContain(checkout.toString());
        assertThat(ok(stentor(
                        "lab",
                        "node-exec",
                        "--name",
                        NAME,
                        "node-1",
                        "--",
                        folder.resolve("unpacked/bin/stentor").toString(),
                        "status")))
                .contains("node-1");
        assertThat(ok(stentor("version"))).contains("0.1.0");
    }
}
