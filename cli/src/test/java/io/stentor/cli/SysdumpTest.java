package io.stentor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SysdumpTest {
    private static final String KEY = """
            -----BEGIN EC PRIVATE KEY-----
            PLANTEDkey1
            PLANTEDkey2
            -----END EC PRIVATE KEY-----
            """;

    @TempDir
    private Path directory;

    private static String content(Path archive) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(archive))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String list(Path archive) throws IOException, InterruptedException {
        Process tar = new ProcessBuilder("tar", "-tzf", archive.toString())
                .redirectErrorStream(true)
                .start();
        String names = new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tar.waitFor()).as(names).isZero();
        return names;
    }

    @Test
    void without_an_agent_there_is_an_archive_and_no_planted_secret_is_in_it() throws Exception {
        Path state = Files.createDirectory(directory.resolve("state"));
        Files.writeString(state.resolve("ledger.json"), "[ {\"kind\": \"made\", \"path\": \"/kept\"} ]");
        Files.writeString(state.resolve("cluster.json"), "{\"token\": \"PLANTEDjson\", \"name\": \"kept-name\"}");
        Path with = Files.createDirectory(directory.resolve("config"));
        Files.writeString(with.resolve("kubeconfig"), """
                users:
                - name: admin
                  user:
                    client-certificate-data: a2VwdC1jZXJ0
                    client-key-data: UExBTlRFRGtleWRhdGE=
                    token: PLANTEDtoken
                    password: 'PLANTED pass word'
                clusters:
                - cluster: {server: "https://joe:PLANTEDuser@kept.example:6443"}
                """);
        Files.writeString(with.resolve("key.pem"), KEY);
        Files.writeString(with.resolve("agent.log"), """
                info asked Authorization: Bearer PLANTEDbearer.x
                warn --api-token PLANTEDflag --kept-flag
                jwt eyJhbGciOiJSUzI1NiJ9.eyJQTEFOVEVEand0In0.c2ln end-kept
                """);
        Path archive = directory.resolve("dump.tar.gz");
        StringWriter out = new StringWriter();
        String[] line = {
            "sysdump",
            "--socket=" + directory.resolve("none.sock"),
            "--output=" + archive,
            "--state-dir=" + state,
            "--with=" + with,
            "--bpf-root=" + directory
        };
        int code = Stentor.commandLine().setOut(new PrintWriter(out)).execute(line);

        assertThat(code).isZero();
        assertThat(out.toString().strip()).isEqualTo(archive.toString());
        assertThat(list(archive))
                .contains("/version.json\n", "/state/ledger.json\n", "/with/config/kubeconfig\n", "/host/links.txt\n")
                .contains("/host/parameters.txt\n", "/collected.txt\n");
        String text = content(archive);
        assertThat(text)
                .doesNotContain("PLANTED")
                .doesNotContain("UExBTlRFRGtleWRhdGE")
                .doesNotContain("eyJQTEFOVEVE")
                .contains("/kept", "kept-name", "kept.example", "--kept-flag", "end-kept", "a2VwdC1jZXJ0")
                .contains("agent/status.json                        left out: no agent answers at");
        assertThat(Files.getPosixFilePermissions(archive).toString()).isEqualTo("[OWNER_READ, OWNER_WRITE]");
        StringWriter err = new StringWriter();
        assertThat(Stentor.commandLine().setErr(new PrintWriter(err)).execute(line))
                .isEqualTo(2);
        assertThat(err.toString()).contains("is there already");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            token-file: /a/b                        => token-file: "[removed]"
            "accessToken" : "x y", "n": 1           => "accessToken" : "[removed]", "n": 1
            agent-not-ready-taint-key=kept          => agent-not-ready-taint-key=kept
            --k8s-kubeconfig-path=/etc/kubeconfig   => --k8s-kubeconfig-path=/etc/kubeconfig
            PrivateKey = abcdef=                    => PrivateKey = "[removed]"
            AWS_SECRET_ACCESS_KEY=abc def           => AWS_SECRET_ACCESS_KEY="[removed]" def
            192.168.1.1 dev eth0 lladdr 02:00:00:01 => 192.168.1.1 dev eth0 lladdr 02:00:00:01
            """)
    void what_a_name_calls_a_secret_goes_and_the_rest_stays(String text, String safe) {
        assertThat(Redaction.of(text)).isEqualTo(safe);
    }

    @Test
    void a_key_that_was_cut_goes_too() {
        assertThat(Redaction.of("kept\n" + KEY.substring(0, 50))).isEqualTo("kept\n[removed]");
        assertThat(Redaction.of(KEY.substring(45) + "kept")).isEqualTo("[removed]\nkept");
    }

    @Test
    void pieces_are_bounded_in_size_and_time_and_what_is_missing_is_said() throws Exception {
        Path archive = directory.resolve("small.tar.gz");
        CountDownLatch never = new CountDownLatch(1);
        try (Archive made = new Archive(archive, "dump", Instant.EPOCH);
                Dump dump = new Dump(made, new Dump.Limits(Duration.ofMillis(300), 20, 30))) {
            dump.add("long.txt", () -> "first line\nsecond line\nlast\n");
            dump.add("full.txt", () -> "more than is left");
            dump.add("broken.txt", () -> {
                throw new IOException("gone");
            });
            dump.add("slow.txt", () -> {
                never.await();
                return "";
            });
            dump.add("late.txt", () -> "never asked");
        }
        assertThat(list(archive).lines()).containsExactly("dump/long.txt", "dump/collected.txt");
        assertThat(content(archive))
                .contains("second line\nlast\n")
                .doesNotContain("first line", "never asked")
                .containsPattern("long.txt +17 characters, the end of 28")
                .containsPattern("full.txt +left out: the archive is full")
                .containsPattern("broken.txt +left out: gone")
                .containsPattern("slow.txt +left out: it took too long")
                .containsPattern("late.txt +left out: the time is over");
    }
}
