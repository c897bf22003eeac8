package io.stentor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a connectivity test says before it has a cluster. With one, a lab's tests run it.
class ConnectivityCommandTest {
    private static Run test(String... arguments) {
        List<String> line = new ArrayList<>(List.of("connectivity", "test"));
        line.addAll(List.of(arguments));
        return Run.of(line);
    }

    @Test
    void the_cases_of_the_connectivity_test_are_listed_without_a_cluster() {
        Run run = test("--list", "--test", "^pod-to-", "--test", "!host|outside");
        assertThat(run).isEqualTo(new Run(0, """
                CASE                      PROMISE
                pod-to-pod-same-node      pods of one node reach each other
                pod-to-pod-across-nodes   pods of two nodes reach each other, both ways
                """, ""));
    }

    @Test
    void a_connectivity_test_that_cannot_be_meant_so_is_refused_before_a_cluster_is_asked(@TempDir Path directory)
            throws IOException {
        Path config = kubeconfig(directory, 1);
        assertThat(test("--test", "("))
                .matches(run -> run.code() == ExitCode.WRONG_USE && run.err().contains("--test"));
        assertThat(test("--test", "no-such-case"))
                .isEqualTo(new Run(
                        ExitCode.WRONG_USE,
                        "",
                        "stentor connectivity test: no case is chosen by 'no-such-case'; --list shows all\n"));
        assertThat(test("--junit-file", directory.toString()))
                .isEqualTo(new Run(
                        ExitCode.WRONG_USE,
                        "",
                        "stentor connectivity test: the file '" + directory + "' cannot be written\n"));
        assertThat(test("--kubeconfig", config + "x").err())
                .isEqualTo("stentor connectivity test: the kubeconfig " + config + "x cannot be read\n");
        assertThat(test("--kubeconfig", config.toString(), "--outside", "example.org"))
                .isEqualTo(new Run(
                        ExitCode.WRONG_USE,
                        "",
                        "stentor connectivity test: 'example.org' is no address such as 192.0.2.1, 192.0.2.1:80 or"
                                + " [2001:db8::1]:80\n"));
        assertThat(test("--kubeconfig", config.toString(), "--context", "b"))
                .matches(run ->
                        run.code() == ExitCode.WRONG_USE && run.err().contains("there is no context 'b', but only"));
    }

    @Test
    void a_cluster_that_does_not_answer_is_told_by_the_exit_code(@TempDir Path directory) throws IOException {
        Run run = test("--kubeconfig", kubeconfig(directory, 1).toString());
        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.NOT_REACHABLE);
        assertThat(run.err()).contains("the API server http://127.0.0.1:1 cannot be reached: connection refused");
    }

    private static Path kubeconfig(Path directory, int port) throws IOException {
        return Files.writeString(directory.resolve("kubeconfig"), """
                {"apiVersion": "v1", "kind": "Config", "current-context": "only",
                 "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:%d"}}],
                 "users": [{"name": "u", "user": {}}],
                 "contexts": [{"name": "only", "context": {"cluster": "c", "user": "u"}}]}""".formatted(port));
    }

    @Test
    void the_probe_fits_into_a_config_map() throws Exception {
        int bytes = Base64.getDecoder().decode(ProbeProgram.here().base64()).length;
        assertThat(bytes).as("bytes, of at most 1 MiB").isBetween(100_000, 1_000_000);
    }
}
